SELECT json_build_object('productGroup', json_build_object(
    'id', g.id, 'name', g.name, 'products', coalesce(products.list, '[]')))::text
FROM product_group g
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'id', p.id, 'name', p.name, 'code', p.code, 'packageSize', p.package_size,
        'brand', CASE WHEN b.id IS NOT NULL THEN json_build_object('id', b.id, 'name', b.name) END,
        'group', json_build_object('id', g.id, 'name', g.name),
        'prices', coalesce(prices.list, '[]')) ORDER BY p.name, p.id) AS list
    FROM (SELECT * FROM product WHERE group_id = g.id AND state != 'DELETED' ORDER BY name, id LIMIT 20) p
    LEFT JOIN product_brand b ON b.id = p.brand_id
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('amount', r.amount::text, 'currencyCode', r.currency_code)
            ORDER BY r.currency_code) AS list
        FROM product_price r WHERE r.product_id = p.id
    ) prices ON true
) products ON true
WHERE g.id = $1
