"""The day's statistics by DuckDB: the log is parsed once into a table, which three aggregations read."""

import csv
import sys

import duckdb

import common

TYPES = {
    "ts": "TIMESTAMP",
    "type": "VARCHAR",
    "visitor": "VARCHAR",
    "platform": "VARCHAR",
    "slot": "VARCHAR",
    "variant": "VARCHAR",
    "segment": "VARCHAR",
    "user_agent": "VARCHAR",
    "ip": "VARCHAR",
    "revenue": "DECIMAL(18, 6)",
    "order": "VARCHAR",
    "page": "VARCHAR",
}
# JSON is read by key, so only what is used is extracted; the columns of CSV are those of the file.
UNUSED = ["ip", "page"]


# Where values stand one object deep, and which are the text of an object in a column.
CONTEXT = ["ts", "visitor", "platform", "user_agent"]
PROPERTIES = ["platform", "slot", "variant", "segment", "user_agent", "revenue", "order"]


def structure(names):
    return "STRUCT(" + ", ".join(f'"{name}" {TYPES[name]}' for name in names) + ")"


def source(form, files):
    """What stands behind FROM: the log's events with the columns that the statements read."""
    paths = f"[{common.sql_list(files)}]"
    if form == "nested":
        properties = [name for name in TYPES if name not in CONTEXT and name not in UNUSED]
        columns = f"{{'context': '{structure(CONTEXT)}', 'properties': '{structure(properties)}'}}"
        return f"""(SELECT unnest(context), unnest(properties)
            FROM read_json({paths}, format = 'newline_delimited', columns = {columns}))"""
    if form == "properties":
        columns = "{'ts': 'TIMESTAMP', 'type': 'VARCHAR', 'visitor': 'VARCHAR', 'properties': 'VARCHAR'}"
        # One pass over the text; an extraction for each key takes longer.
        kinds = "{" + ", ".join(f'"{name}": "{TYPES[name]}"' for name in PROPERTIES) + "}"
        return f"""(SELECT ts, type, visitor, unnest(from_json(properties, '{kinds}'))
            FROM read_csv({paths}, header = true, delim = ',', quote = '"', columns = {columns}))"""
    if form == "repeated":
        types = {name: kind for name, kind in TYPES.items() if name not in UNUSED} | {"message": "VARCHAR"}
        columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
        # Of copies the earliest counts. DISTINCT ON keeps any, which is right where copies are equal, and faster.
        return f"""(SELECT DISTINCT ON (visitor, type, message) *
            FROM read_json({paths}, format = 'newline_delimited', columns = {columns}))"""
    types = {name: kind for name, kind in TYPES.items() if form == "csv" or name not in UNUSED}
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    if form == "csv":
        return f"read_csv({paths}, header = true, delim = ',', quote = '\"', columns = {columns})"
    return f"read_json({paths}, format = 'newline_delimited', columns = {columns})"


def statements(form, files):
    declared = f"platform = '{common.PLATFORM}' AND slot IN ({common.sql_list(common.SLOTS)})"
    yield f"""
        CREATE TEMP TABLE events AS
        SELECT ts, type, visitor, platform, slot, variant, segment, revenue, "order",
            coalesce(user_agent IN ({common.sql_list(common.BOT_AGENTS)}), false) AS is_bot
        FROM {source(form, files)}
        WHERE ts >= TIMESTAMP '{common.DAY_START}' AND ts < TIMESTAMP '{common.DAY_END}'
    """
    yield f"""
        CREATE TEMP TABLE bots AS
        WITH people AS MATERIALIZED (
            SELECT visitor, count(*) AS events, bool_or(is_bot) AS is_bot,
                count_if(type = 'view') AS views, count_if(type = 'click') AS clicks
            FROM events GROUP BY visitor
        ), hasty AS (
            SELECT DISTINCT visitor FROM events
            SEMI JOIN (SELECT visitor FROM people WHERE events >= {common.EVENTS_PER_MINUTE}) USING (visitor)
            GROUP BY visitor, epoch_us(ts) // 60000000
            HAVING count(*) >= {common.EVENTS_PER_MINUTE}
        )
        SELECT visitor FROM people
        WHERE is_bot OR events > {common.EVENTS_PER_DAY}
            OR (views = 0 AND clicks >= {common.CLICKS_WITHOUT_VIEW})
            OR visitor IN (FROM hasty)
    """
    yield f"""
        CREATE TEMP TABLE units AS
        SELECT platform, slot, visitor,
            min({{'ts': ts, 'variant': variant, 'segment': coalesce(segment, '*')}})
                FILTER (type = 'view') AS exposure,
            count_if(type = 'view') AS views,
            count_if(type = 'click') AS clicks,
            max(ts) FILTER (type = 'click') AS last_click,
            min(variant) FILTER (type = 'view') <> max(variant) FILTER (type = 'view') AS is_mixed
        FROM events ANTI JOIN bots USING (visitor)
        WHERE type IN ('view', 'click') AND {declared} AND variant IN ({common.sql_list(common.VARIANTS)})
        GROUP BY platform, slot, visitor
        HAVING views > 0
    """
    yield f"""
        CREATE TEMP TABLE purchases AS
        WITH relevant AS (
            SELECT visitor, platform, slot, ts, coalesce(revenue, 0) AS revenue, "order" FROM events
            WHERE type = 'purchase'
                AND coalesce(platform, '{common.PLATFORM}') = '{common.PLATFORM}'
                AND (slot IS NULL OR slot IN ({common.sql_list(common.SLOTS)}))
        )
        SELECT visitor, platform, slot, ts, revenue FROM relevant WHERE "order" IS NULL
        UNION ALL
        SELECT visitor, arg_min_null(platform, ts), arg_min_null(slot, ts), min(ts), max(revenue)
        FROM relevant WHERE "order" IS NOT NULL GROUP BY visitor, "order"
    """


RESULT = """
    WITH bought AS (
        SELECT units.platform, units.slot, units.visitor, count(*) AS purchases, sum(revenue) AS revenue
        FROM units JOIN purchases
            ON purchases.visitor = units.visitor
            AND coalesce(purchases.platform, units.platform) = units.platform
            AND coalesce(purchases.slot, units.slot) = units.slot
            AND purchases.ts >= units.exposure.ts
        GROUP BY ALL
    )
    SELECT platform, slot, exposure.segment AS segment, exposure.variant AS variant,
        count(*) AS visitors, sum(views) AS views, sum(clicks) AS clicks,
        count_if(last_click >= exposure.ts) AS clickers,
        coalesce(sum(purchases), 0) AS purchases, count(purchases) AS purchasers,
        count_if(is_mixed) AS mixed, coalesce(sum(revenue), 0) AS revenue
    FROM units LEFT JOIN bought USING (platform, slot, visitor)
    GROUP BY ALL ORDER BY ALL
"""


def main():
    form, files = common.arguments()
    database = duckdb.connect()
    # The order of rows means nothing here, and keeping it costs time and memory.
    database.execute("SET preserve_insertion_order = false")
    for statement in statements(form, files):
        database.execute(statement)
    # Not COPY TO '/dev/stdout': where that leads to a file, DuckDB puts a file of its own in the link's place.
    result = database.execute(RESULT)
    writer = csv.writer(sys.stdout)
    writer.writerow(column[0] for column in result.description)
    writer.writerows(result.fetchall())


main()
