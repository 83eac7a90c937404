-- Weeks claimed at each of twelve prices.
SELECT outcome, band, sum(weeks::BIGINT)::BIGINT FROM {claims} GROUP BY ALL
