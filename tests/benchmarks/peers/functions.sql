-- What a hand-made server would put into the database beside the tables, once for all peers.

CREATE OR REPLACE FUNCTION customer_recommended(c customer) RETURNS SETOF recommendation LANGUAGE sql STABLE AS $$
    SELECT r.* FROM recommendation r
    WHERE r.id IN (
        SELECT id FROM recommendation WHERE customer_id = c.id
        UNION ALL SELECT id FROM recommendation WHERE audience = 'ALL'
        UNION ALL SELECT id FROM recommendation
            WHERE segment_id IN (SELECT segment_id FROM segment_member WHERE customer_id = c.id)
    )
    AND r.state = 'ACTIVE'
    AND (r.valid_from IS NULL OR r.valid_from <= now())
    AND (r.valid_to IS NULL OR r.valid_to > now())
    AND (r.product_id IS NULL OR EXISTS (
        SELECT FROM product p WHERE p.id = r.product_id AND p.state = 'ACTIVE'
        AND NOT EXISTS (SELECT FROM recommendation_block b WHERE b.product_id = p.id)
        AND NOT EXISTS (
            SELECT FROM product_group_ancestor a JOIN recommendation_block b ON b.group_id = a.ancestor_id
            WHERE a.group_id = p.group_id
        )
        AND NOT EXISTS (
            SELECT FROM reservable_product g WHERE g.product_id = p.id AND g.state = 'ACTIVE'
            AND NOT EXISTS (SELECT FROM reservable_offer o WHERE o.reservable_product_id = g.id AND o.stock > 0)
        )
    ))
    AND (r.status_id IS NULL OR EXISTS (
        SELECT FROM status_record s WHERE s.customer_id = c.id AND s.status_id = r.status_id AND s.ended_at IS NULL
        AND (s.valid_from IS NULL OR s.valid_from <= now()) AND (s.valid_to IS NULL OR s.valid_to > now())
    ))
    AND (r.consent_id IS NULL OR EXISTS (
        SELECT FROM customer_consent k WHERE k.customer_id = c.id AND k.consent_id = r.consent_id AND k.value = 'GIVEN'
    ))
    AND NOT EXISTS (
        SELECT FROM recommendation_response d WHERE d.customer_id = c.id AND d.dismissed_at IS NOT NULL
        AND (d.recommendation_id = r.id OR d.product_id = r.product_id)
    )
    ORDER BY r.priority, r.score DESC, r.id DESC
$$;

DROP TYPE IF EXISTS timeline_event CASCADE;
CREATE TYPE timeline_event AS (
    place integer, at timestamptz, key bigint,
    total numeric, points_kind text, points numeric, change text,
    voucher_code text, status_name text, card_number text
);

CREATE OR REPLACE FUNCTION customer_timeline(c customer, newest integer) RETURNS SETOF timeline_event
LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        (SELECT 0 AS place, p.paid_at AS at, p.id AS key, p.total, NULL::text AS points_kind, NULL::numeric AS points,
            NULL::text AS change, NULL::text AS voucher_code, NULL::text AS status_name, NULL::text AS card_number
            FROM purchase p WHERE p.customer_id = c.id ORDER BY p.paid_at DESC, p.id DESC LIMIT newest)
        UNION ALL
        (SELECT 1, e.at, e.id, NULL, e.kind, e.amount, NULL, NULL, NULL, NULL
            FROM point_entry e WHERE e.customer_id = c.id ORDER BY e.at DESC, e.id DESC LIMIT newest)
        UNION ALL
        (SELECT 2, e.at, e.id, NULL, NULL, NULL, e.change, v.code, NULL, NULL
            FROM voucher_event e JOIN voucher v ON v.id = e.voucher_id
            WHERE e.customer_id = c.id ORDER BY e.at DESC, e.id DESC LIMIT newest)
        UNION ALL
        (SELECT 3, r.valid_from, r.id, NULL, NULL, NULL, r.change, NULL, s.name, NULL
            FROM status_record r JOIN status s ON s.id = r.status_id
            WHERE r.customer_id = c.id ORDER BY r.valid_from DESC, r.id DESC LIMIT newest)
        UNION ALL
        (SELECT 4, e.at, e.id, NULL, NULL, NULL, e.change, NULL, NULL, card.number
            FROM card_event e JOIN card ON card.id = e.card_id
            WHERE e.customer_id = c.id ORDER BY e.at DESC, e.id DESC LIMIT newest)
    ) events
    ORDER BY at DESC, place, key DESC LIMIT newest
$$;

COMMENT ON COLUMN status_record.ended_at IS E'@behavior +attribute:filterBy';

-- What each currency still lacks until a status' condition is met at a moment; the benchmark's statuses ask for turnover.
CREATE OR REPLACE FUNCTION turnover_missing(
    buyer bigint, wanted bigint, until timestamptz, months integer, present timestamptz
) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN NOT bool_or(spent >= amount) THEN json_agg(json_build_object(
        'amount', (amount - spent)::text, 'currencyCode', currency_code) ORDER BY currency_code) END
    FROM (
        SELECT t.currency_code, t.amount, coalesce((
            SELECT sum(p.total - p.returned) FROM purchase p
            WHERE p.customer_id = buyer AND p.state <> 'CANCELLED' AND p.currency_code = t.currency_code
            AND p.paid_at <= least(until, present)
            AND (turnover_missing.months IS NULL OR p.paid_at > (until AT TIME ZONE zone.name
                - make_interval(months => turnover_missing.months)) AT TIME ZONE zone.name)
        ), 0) AS spent
        FROM status_turnover t, (
            SELECT coalesce((
                SELECT time_zone FROM programme WHERE state = 'ACTIVE' AND valid_from <= present
                AND (valid_to IS NULL OR valid_to > present) ORDER BY valid_from DESC LIMIT 1
            ), 'UTC') AS name
        ) AS zone
        WHERE t.status_id = wanted
    ) AS each_currency
$$;

CREATE OR REPLACE FUNCTION score(name text, reached numeric) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN count(*) > 0 AND reached IS NOT NULL THEN coalesce(max(score) FILTER (WHERE reached >= floor), 1) END
    FROM score_band WHERE metric = name
$$;

-- Of the year that is kept: a hand-made server may keep it as well.
CREATE OR REPLACE FUNCTION customer_insights(buyer bigint, present timestamptz) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'firstPurchaseAt', s.first_purchase_at, 'lastPurchaseAt', s.last_purchase_at,
        'purchaseCount', coalesce(spent.bills, 0), 'turnover', coalesce(spent.list, '[]'),
        'averageBasket', spent.average::text,
        'recencyScore', score('RECENCY', -floor(extract(epoch FROM present - s.last_purchase_at) / 86400)),
        'frequencyScore', CASE WHEN s.last_purchase_at IS NOT NULL THEN score('FREQUENCY', coalesce(spent.bills, 0)) END,
        'monetaryScore', CASE WHEN s.last_purchase_at IS NOT NULL THEN score('MONETARY', coalesce(spent.main, 0)) END,
        'favouriteStore', (
            SELECT json_build_object('id', o.id, 'name', o.name) FROM store o WHERE o.id = (y.stores -> 0 ->> 0)::bigint
        ),
        'favouriteBrands', coalesce((
            SELECT json_agg(json_build_object(
                'brand', json_build_object('id', b.id, 'name', b.name), 'purchaseCount', f.brand -> 1) ORDER BY f.place)
            FROM jsonb_array_elements(y.brands) WITH ORDINALITY f (brand, place)
            JOIN product_brand b ON b.id = (f.brand ->> 0)::bigint WHERE f.place <= 3
        ), '[]'))
    FROM customer_statistics s
    LEFT JOIN customer_year y ON y.id = s.id AND y.revision = s.revision
    LEFT JOIN LATERAL (
        SELECT sum(t.bills) AS bills,
            json_agg(json_build_object('amount', t.amount::text, 'currencyCode', t.currency_code) ORDER BY place) AS list,
            (array_agg(t.amount ORDER BY t.bills DESC, place))[1] AS main,
            round((array_agg(t.amount / t.bills ORDER BY t.bills DESC, place))[1], 2) AS average
        FROM (
            SELECT one ->> 0 AS currency_code, (one ->> 1)::numeric AS bills, (one ->> 2)::numeric / 10000 AS amount, place
            FROM jsonb_array_elements(y.turnover) WITH ORDINALITY each (one, place)
        ) t
    ) spent ON true
    WHERE s.id = buyer
$$;
