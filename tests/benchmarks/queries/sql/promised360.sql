SELECT json_build_object('customer', json_build_object(
    'id', c.id, 'state', c.state, 'createdAt', c.created_at, 'salutation', c.salutation, 'firstName', c.first_name,
    'lastName', c.last_name, 'fullName', c.full_name, 'gender', c.gender, 'birthdate', c.birthdate, 'email', c.email,
    'phone', c.phone, 'language', c.language_code,
    'address', json_build_object('street', c.address1, 'city', c.city, 'zip', c.zip, 'country', c.country_code),
    'store', CASE WHEN s.id IS NOT NULL THEN json_build_object('id', s.id, 'name', s.name) END,
    'sources', coalesce(sources.list, '[]'),
    'cards', coalesce(cards.list, '[]'),
    'purchasesCount', (SELECT count(*) FROM purchase WHERE customer_id = c.id),
    'purchases', coalesce(purchases.list, '[]'),
    'vouchers', coalesce(vouchers.list, '[]'),
    'pointAccount', json_build_object(
        'active', greatest(points.active - held.amount, 0)::text, 'pending', points.pending::text,
        'reserved', least(points.active, held.amount)::text, 'expiringNext', expiring.one,
        'history', coalesce(history.list, '[]')),
    'status', status.one,
    'segments', coalesce(segments.list, '[]'),
    'recommendations', coalesce(recommendations.list, '[]'),
    'rewards', coalesce(rewards.list, '[]'),
    'reservations', coalesce(reservations.list, '[]'),
    'insights', insights.one
))::text
FROM customer c
LEFT JOIN store s ON s.id = c.store_id
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('source', json_build_object('code', o.code, 'name', o.name),
        'externalId', r.external_id) ORDER BY r.id) AS list
    FROM customer_source_record r JOIN customer_source o ON o.id = r.source_id WHERE r.customer_id = c.id
) sources ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', k.id, 'number', k.number, 'validFrom', k.valid_from, 'validTo', k.valid_to,
        'state', CASE WHEN k.state <> 'BLOCKED' AND k.valid_to <= $2 THEN 'EXPIRED' ELSE k.state END,
        'cardType', json_build_object('id', t.id, 'name', t.name),
        'store', CASE WHEN ks.id IS NOT NULL THEN json_build_object('id', ks.id, 'name', ks.name) END) ORDER BY k.id) AS list
    FROM (SELECT * FROM card WHERE customer_id = c.id ORDER BY id LIMIT 10) k
    JOIN card_type t ON t.id = k.card_type_id LEFT JOIN store ks ON ks.id = k.store_id
) cards ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', p.id, 'paidAt', p.paid_at, 'total', p.total::text, 'currencyCode', p.currency_code,
        'store', json_build_object('id', ps.id, 'name', ps.name),
        'items', coalesce(items.list, '[]')) ORDER BY p.paid_at DESC, p.id DESC) AS list
    FROM (SELECT * FROM purchase WHERE customer_id = c.id ORDER BY paid_at DESC, id DESC LIMIT 10) p
    JOIN store ps ON ps.id = p.store_id
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object(
            'id', i.id, 'quantity', i.quantity::text, 'price', i.price::text,
            'product', CASE WHEN pr.id IS NOT NULL THEN json_build_object(
                'id', pr.id, 'name', pr.name,
                'brand', CASE WHEN b.id IS NOT NULL THEN json_build_object('id', b.id, 'name', b.name) END,
                'group', CASE WHEN g.id IS NOT NULL THEN json_build_object('id', g.id, 'name', g.name) END
            ) END) ORDER BY i.line) AS list
        FROM purchase_item i
        LEFT JOIN product pr ON pr.id = i.product_id
        LEFT JOIN product_brand b ON b.id = pr.brand_id
        LEFT JOIN product_group g ON g.id = pr.group_id
        WHERE i.purchase_id = p.id
    ) items ON true
) purchases ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', v.id, 'code', v.code, 'value', CASE WHEN v.currency_code IS NOT NULL THEN v.value END::text,
        'state', 'ACTIVE', 'validFrom', v.valid_from, 'validTo', v.valid_to,
        'reward', json_build_object('id', r.id, 'name', r.name, 'pointsCost', r.points_cost::text))
        ORDER BY v.id DESC) AS list
    FROM (
        SELECT * FROM voucher WHERE customer_id = c.id AND (valid_to IS NULL OR valid_to > $2)
        AND (state = 'ACTIVE' OR state = 'RESERVED' AND reserved_until <= $2) ORDER BY id DESC LIMIT 10
    ) v JOIN reward r ON r.id = v.reward_id
) vouchers ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining) FILTER (WHERE active_from <= $2), 0) AS active,
        coalesce(sum(remaining) FILTER (WHERE active_from > $2), 0) AS pending
    FROM point_lot WHERE customer_id = c.id AND remaining > 0 AND (expires_at IS NULL OR expires_at > $2)
) points
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0) AS amount FROM point_reservation
    WHERE customer_id = c.id AND state = 'ACTIVE' AND expires_at > $2
) held
LEFT JOIN LATERAL (
    SELECT json_build_object('amount', sum(remaining)::text, 'at', expires_at) AS one FROM point_lot
    WHERE customer_id = c.id AND remaining > 0 AND active_from <= $2 AND expires_at > $2
    GROUP BY expires_at ORDER BY expires_at LIMIT 1
) expiring ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', e.id, 'kind', e.kind, 'amount', e.amount::text, 'at', e.at, 'note', e.note,
        'purchase', CASE WHEN e.purchase_id IS NOT NULL THEN json_build_object('id', e.purchase_id) END)
        ORDER BY e.at DESC, e.id DESC) AS list
    FROM (SELECT * FROM point_entry WHERE customer_id = c.id ORDER BY at DESC, id DESC LIMIT 10) e
) history ON true
LEFT JOIN LATERAL (
    SELECT json_build_object('validFrom', sr.valid_from, 'validTo', sr.valid_to,
        'status', json_build_object('id', st.id, 'name', st.name, 'discount', st.discount::text),
        'progress', json_build_object(
            'keepsWith', json_build_object('points', NULL, 'turnover', coalesce(CASE
                WHEN st.validity IS NOT NULL AND st.qualification <> 'REGISTRATION' THEN turnover_missing(
                    c.id, st.id, sr.valid_to, st.qualification_months, $2) END, '[]')),
            'next', CASE WHEN above.id IS NOT NULL THEN json_build_object('id', above.id, 'name', above.name) END,
            'risesWith', json_build_object('points', NULL, 'turnover', coalesce(turnover_missing(
                c.id, above.id, $2, above.qualification_months, $2), '[]')))) AS one
    FROM status_record sr
    JOIN status st ON st.id = sr.status_id
    LEFT JOIN status above ON above.previous_id = st.id AND above.state = 'ACTIVE'
        AND above.qualification = 'CONDITION' AND above.rank > st.rank
    WHERE sr.customer_id = c.id AND sr.ended_at IS NULL LIMIT 1
) status ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('segment', json_build_object('id', g.id, 'name', g.name), 'since', m.since)
        ORDER BY m.id) AS list
    FROM (SELECT * FROM segment_member WHERE customer_id = c.id ORDER BY id LIMIT 20) m
    JOIN segment g ON g.id = m.segment_id
) segments ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', r.id, 'kind', r.kind, 'name', r.name, 'webUrl', r.web_url, 'score', r.score::text, 'reason', r.reason,
        'product', CASE WHEN pr.id IS NOT NULL THEN json_build_object('id', pr.id, 'name', pr.name) END)
        ORDER BY r.priority, r.score DESC, r.id DESC) AS list
    FROM (SELECT * FROM customer_recommended(c) LIMIT 5) r LEFT JOIN product pr ON pr.id = r.product_id
) recommendations ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', w.id, 'name', w.name, 'pointsCost', w.points_cost::text,
        'priority', w.priority) ORDER BY w.priority, w.id) AS list
    FROM (
        SELECT * FROM reward w WHERE w.state = 'ACTIVE'
        AND (w.valid_from IS NULL OR w.valid_from <= $2) AND (w.valid_to IS NULL OR w.valid_to > $2)
        AND (NOT EXISTS (SELECT FROM reward_segment r WHERE r.reward_id = w.id) OR EXISTS (
            SELECT FROM reward_segment r JOIN segment_member m ON m.segment_id = r.segment_id
            WHERE r.reward_id = w.id AND m.customer_id = c.id))
        AND (NOT EXISTS (SELECT FROM reward_status r WHERE r.reward_id = w.id) OR EXISTS (
            SELECT FROM reward_status r JOIN status_record h ON h.status_id = r.status_id
            WHERE r.reward_id = w.id AND h.customer_id = c.id AND h.ended_at IS NULL))
        AND (w.limit_per_customer IS NULL OR w.limit_per_customer > (
            SELECT count(*) FILTER (WHERE customer_id = c.id) + count(*) FILTER (WHERE issued_to_id = c.id) FROM voucher
            WHERE reward_id = w.id AND (customer_id = c.id OR issued_to_id = c.id) AND state <> 'CANCELLED'))
        AND (w.points_cost = 0 OR w.points_cost <= greatest(points.active - held.amount, 0))
        ORDER BY w.priority, w.id LIMIT 5
    ) w
) rewards ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', r.id, 'state', r.state, 'pickupDate', r.pickup_date,
        'total', r.total::text) ORDER BY r.created_at DESC, r.id DESC) AS list
    FROM (SELECT * FROM product_reservation WHERE customer_id = c.id ORDER BY created_at DESC, id DESC LIMIT 5) r
) reservations ON true
LEFT JOIN LATERAL customer_insights(c.id, $2) insights (one) ON true
WHERE c.id = $1 AND c.state <> 'DELETED'
