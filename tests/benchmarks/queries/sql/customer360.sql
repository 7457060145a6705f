SELECT json_build_object('customer', json_build_object(
    'id', c.id, 'state', c.state, 'createdAt', c.created_at, 'firstName', c.first_name, 'lastName', c.last_name,
    'fullName', c.full_name, 'email', c.email, 'phone', c.phone, 'birthdate', c.birthdate,
    'store', CASE WHEN s.id IS NOT NULL THEN json_build_object('id', s.id, 'name', s.name) END,
    'cards', coalesce(cards.list, '[]'),
    'purchases', coalesce(purchases.list, '[]'),
    'vouchers', coalesce(vouchers.list, '[]'),
    'status', status.one,
    'recommendations', coalesce(recommendations.list, '[]')
))::text
FROM customer c
LEFT JOIN store s ON s.id = c.store_id
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', k.id, 'number', k.number, 'validFrom', k.valid_from, 'validTo', k.valid_to,
        'cardType', json_build_object('id', t.id, 'name', t.name)) ORDER BY k.id) AS list
    FROM (SELECT * FROM card WHERE customer_id = c.id ORDER BY id LIMIT 10) k JOIN card_type t ON t.id = k.card_type_id
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
            'id', i.id, 'line', i.line, 'quantity', i.quantity::text, 'price', i.price::text,
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
        'id', v.id, 'code', v.code, 'validFrom', v.valid_from, 'validTo', v.valid_to,
        'reward', json_build_object('id', r.id, 'name', r.name, 'pointsCost', r.points_cost::text))
        ORDER BY v.id DESC) AS list
    FROM (SELECT * FROM voucher WHERE customer_id = c.id ORDER BY id DESC LIMIT 10) v JOIN reward r ON r.id = v.reward_id
) vouchers ON true
LEFT JOIN LATERAL (
    SELECT json_build_object('validFrom', sr.valid_from, 'validTo', sr.valid_to, 'status',
        json_build_object('id', st.id, 'name', st.name, 'discount', st.discount::text)) AS one
    FROM status_record sr JOIN status st ON st.id = sr.status_id
    WHERE sr.customer_id = c.id AND sr.ended_at IS NULL
) status ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', r.id, 'kind', r.kind, 'name', r.name, 'score', r.score::text, 'reason', r.reason,
        'product', CASE WHEN pr.id IS NOT NULL THEN json_build_object('id', pr.id, 'name', pr.name) END)
        ORDER BY r.priority, r.score DESC, r.id DESC) AS list
    FROM (SELECT * FROM customer_recommended(c) LIMIT 5) r LEFT JOIN product pr ON pr.id = r.product_id
) recommendations ON true
WHERE c.id = $1
