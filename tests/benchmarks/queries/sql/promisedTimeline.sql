SELECT json_build_object('customer', json_build_object('timeline', (
    SELECT json_agg(json_build_object('at', t.at, 'key', t.key, 'total', t.total::text, 'pointsKind', t.points_kind,
        'points', t.points::text, 'change', t.change, 'voucherCode', t.voucher_code, 'statusName', t.status_name,
        'cardNumber', t.card_number) ORDER BY t.at DESC, t.place, t.key DESC)
    FROM customer_timeline(c, 20) t
)))::text
FROM customer c WHERE c.id = $1
