SELECT json_build_object('customers', json_agg(json_build_object(
    'id', c.id, 'fullName', c.full_name, 'insights', insights.one) ORDER BY c.last_name_key, c.id))::text
FROM (
    SELECT * FROM customer WHERE (last_name_key, id) > ($1, $2) AND state <> 'DELETED' ORDER BY last_name_key, id LIMIT 50
) c
LEFT JOIN LATERAL customer_insights(c.id, $3) insights (one) ON true
