"""The day's statistics by Spark SQL on one machine, for `spark-submit`: the log is parsed once into a cached table."""

import csv
import sys

from pyspark.sql import SparkSession

import common

TYPES = {
    "ts": "TIMESTAMP",
    "type": "STRING",
    "visitor": "STRING",
    "platform": "STRING",
    "slot": "STRING",
    "variant": "STRING",
    "segment": "STRING",
    "user_agent": "STRING",
    "ip": "STRING",
    "revenue": "DECIMAL(18, 6)",
    "order": "STRING",
    "page": "STRING",
}
# JSON is read by key, so only what is used is extracted; the columns of CSV are those of the file.
UNUSED = ["ip", "page"]


def scan(spark, form, files):
    names = [name for name in TYPES if form == "csv" or name not in UNUSED]
    reader = spark.read.schema(", ".join(f"`{name}` {TYPES[name]}" for name in names))
    return reader.csv(files, header=True) if form == "csv" else reader.json(files)


def views():
    """The steps as views of SQL, each with its name."""
    declared = f"platform = '{common.PLATFORM}' AND slot IN ({common.sql_list(common.SLOTS)})"
    yield "events", f"""
        SELECT ts, type, visitor, platform, slot, variant, coalesce(segment, '*') AS segment,
            coalesce(revenue, 0) AS revenue, `order`,
            coalesce(user_agent IN ({common.sql_list(common.BOT_AGENTS)}), false) AS is_bot
        FROM log WHERE ts >= TIMESTAMP '{common.DAY_START}' AND ts < TIMESTAMP '{common.DAY_END}'
    """
    yield "people", """
        SELECT visitor, count(*) AS events, bool_or(is_bot) AS is_bot,
            count_if(type = 'view') AS views, count_if(type = 'click') AS clicks
        FROM events GROUP BY visitor
    """
    yield "bots", f"""
        SELECT visitor FROM people
        WHERE is_bot OR events > {common.EVENTS_PER_DAY}
            OR (views = 0 AND clicks >= {common.CLICKS_WITHOUT_VIEW})
        UNION ALL
        SELECT visitor FROM events
        LEFT SEMI JOIN (SELECT visitor FROM people WHERE events >= {common.EVENTS_PER_MINUTE}) USING (visitor)
        GROUP BY visitor, unix_micros(ts) DIV 60000000
        HAVING count(*) >= {common.EVENTS_PER_MINUTE}
    """
    yield "units", f"""
        SELECT platform, slot, visitor,
            min(struct(ts, variant, segment)) FILTER (WHERE type = 'view') AS exposure,
            count_if(type = 'view') AS views, count_if(type = 'click') AS clicks,
            max(ts) FILTER (WHERE type = 'click') AS last_click,
            min(variant) FILTER (WHERE type = 'view') <> max(variant) FILTER (WHERE type = 'view') AS is_mixed
        FROM events LEFT ANTI JOIN bots USING (visitor)
        WHERE type IN ('view', 'click') AND {declared} AND variant IN ({common.sql_list(common.VARIANTS)})
        GROUP BY platform, slot, visitor
        HAVING views > 0
    """
    yield "purchases", f"""
        SELECT visitor, platform, slot, ts, revenue FROM (
            SELECT visitor, platform, slot, ts, `order`,
                CASE WHEN `order` IS NULL THEN revenue ELSE max(revenue) OVER (PARTITION BY visitor, `order`) END AS revenue,
                row_number() OVER (PARTITION BY visitor, `order` ORDER BY ts) AS number
            FROM events
            WHERE type = 'purchase' AND coalesce(platform, '{common.PLATFORM}') = '{common.PLATFORM}'
                AND (slot IS NULL OR slot IN ({common.sql_list(common.SLOTS)}))
        ) WHERE `order` IS NULL OR number = 1
    """
    yield "bought", """
        SELECT units.platform, units.slot, units.visitor, count(*) AS purchases, sum(revenue) AS revenue
        FROM units JOIN purchases
            ON purchases.visitor = units.visitor
            AND coalesce(purchases.platform, units.platform) = units.platform
            AND coalesce(purchases.slot, units.slot) = units.slot
            AND purchases.ts >= units.exposure.ts
        GROUP BY units.platform, units.slot, units.visitor
    """
    yield "result", """
        SELECT platform, slot, exposure.segment AS segment, exposure.variant AS variant,
            count(*) AS visitors, sum(views) AS views, sum(clicks) AS clicks,
            count_if(last_click >= exposure.ts) AS clickers,
            coalesce(sum(purchases), 0) AS purchases, count(purchases) AS purchasers,
            count_if(is_mixed) AS mixed, coalesce(sum(revenue), 0) AS revenue
        FROM units LEFT JOIN bought USING (platform, slot, visitor)
        GROUP BY ALL
    """


def main():
    form, files = common.arguments()
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        # The default of 200 is a cluster's: on one machine it is all overhead.
        "spark.sql.shuffle.partitions": "8",
    }
    builder = SparkSession.builder.appName("statistics")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    scan(spark, form, files).createOrReplaceTempView("log")
    for name, query in views():
        frame = spark.sql(query)
        (frame.cache() if name in ("events", "units") else frame).createOrReplaceTempView(name)
    writer = csv.writer(sys.stdout)
    writer.writerow(common.COLUMNS)
    writer.writerows([row[name] for name in common.COLUMNS] for row in spark.table("result").collect())
    spark.stop()


if __name__ == "__main__":
    main()
