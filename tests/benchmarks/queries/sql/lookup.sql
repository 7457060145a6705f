SELECT json_build_object('customer', json_build_object('id', c.id, 'state', c.state, 'fullName', c.full_name,
    'store', CASE WHEN s.id IS NOT NULL THEN json_build_object('id', s.id, 'name', s.name) END))::text
FROM card k JOIN customer c ON c.id = k.customer_id LEFT JOIN store s ON s.id = c.store_id
WHERE k.number = $1
