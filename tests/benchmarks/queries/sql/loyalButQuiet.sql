WITH quiet AS MATERIALIZED (
    SELECT c.id FROM customer c WHERE c.state = 'ACTIVE'
    AND EXISTS (
        SELECT FROM voucher v WHERE v.customer_id = c.id AND (v.valid_to IS NULL OR v.valid_to > $2)
        AND (v.state = 'ACTIVE' OR v.state = 'RESERVED' AND v.reserved_until <= $2)
    )
    AND NOT EXISTS (SELECT FROM purchase p WHERE p.customer_id = c.id AND p.paid_at >= $1)
    AND NOT EXISTS (SELECT FROM card k WHERE k.customer_id = c.id AND k.state = 'BLOCKED')
)
SELECT json_build_object(
    'totalCount', (SELECT count(*) FROM quiet),
    'customers', coalesce((
        SELECT json_agg(json_build_object('key', id) ORDER BY id) FROM (SELECT id FROM quiet ORDER BY id LIMIT 20) page
    ), '[]'))::text
