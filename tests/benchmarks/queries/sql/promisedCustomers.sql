SELECT json_build_object(
    'totalCount', (SELECT count(*) FROM customer WHERE state <> 'DELETED'),
    'customers', json_agg(json_build_object(
        'id', c.id, 'fullName', c.full_name, 'email', c.email,
        'cards', coalesce(cards.list, '[]'),
        'purchases', coalesce(purchases.list, '[]'),
        'vouchers', coalesce(vouchers.list, '[]'),
        'status', CASE WHEN status.id IS NOT NULL THEN json_build_object(
            'status', json_build_object('name', status.name)) END
    ) ORDER BY c.last_name_key, c.id))::text
FROM (
    SELECT * FROM customer WHERE (last_name_key, id) > ($1, $2) AND state <> 'DELETED' ORDER BY last_name_key, id LIMIT 50
) c
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('number', k.number, 'cardType', json_build_object('name', t.name))
        ORDER BY k.id) AS list
    FROM (SELECT * FROM card WHERE customer_id = c.id ORDER BY id LIMIT 3) k JOIN card_type t ON t.id = k.card_type_id
) cards ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', p.id, 'paidAt', p.paid_at, 'total', p.total::text,
        'currencyCode', p.currency_code, 'store', json_build_object('name', s.name))
        ORDER BY p.paid_at DESC, p.id DESC) AS list
    FROM (SELECT * FROM purchase WHERE customer_id = c.id ORDER BY paid_at DESC, id DESC LIMIT 5) p
    JOIN store s ON s.id = p.store_id
) purchases ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', v.id, 'code', v.code, 'reward', json_build_object('name', r.name))
        ORDER BY v.id DESC) AS list
    FROM (SELECT * FROM voucher WHERE customer_id = c.id ORDER BY id DESC LIMIT 3) v JOIN reward r ON r.id = v.reward_id
) vouchers ON true
LEFT JOIN LATERAL (
    SELECT st.id, st.name FROM status_record sr JOIN status st ON st.id = sr.status_id
    WHERE sr.customer_id = c.id AND sr.ended_at IS NULL LIMIT 1
) status ON true
