"""IPS with its error, SNIPS, and what is known of the weights, by DuckDB.

    evaluate_with_duckdb.py LOG POLICY
"""

import sys
import time

import duckdb

start = time.perf_counter()
row = duckdb.sql(
    f"""
    with w as (
        select coalesce(probability, 0) / propensity as w, reward
        from read_csv('{sys.argv[1]}', header = true) l
        left join read_csv('{sys.argv[2]}', header = true) p on l."user" = p."user" and l.variant = p.variant)
    select avg(w * reward), stddev_samp(w * reward) / sqrt(count(*)), sum(w * reward) / sum(w),
        sum(w) * sum(w) / sum(w * w), max(w), avg(w) from w
    """
).fetchall()[0]
for name, value in zip(["ips", "ips_se", "snips", "ess", "max_weight", "mean_weight"], row):
    print(name, repr(value))
print("seconds", time.perf_counter() - start)
