SELECT json_build_object(
    'customers', json_agg(json_build_object('id', c.id, 'state', c.state, 'fullName', c.full_name, 'email', c.email,
        'store', CASE WHEN s.id IS NOT NULL THEN json_build_object('name', s.name) END)
        ORDER BY c.last_name_key, c.id) FILTER (WHERE c.place <= 50),
    'hasNextPage', count(*) > 50,
    'endCursor', json_build_array(max(c.last_name_key) FILTER (WHERE c.place = 50),
        max(c.id) FILTER (WHERE c.place = 50))::text
)::text
FROM (
    SELECT *, row_number() OVER (ORDER BY last_name_key, id) AS place FROM customer
    WHERE (last_name_key, id) > ($1, $2) ORDER BY last_name_key, id LIMIT 51
) c
LEFT JOIN store s ON s.id = c.store_id
