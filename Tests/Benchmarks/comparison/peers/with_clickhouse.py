"""The day's statistics by ClickHouse, in process (chDB): the log is parsed once into a table in memory."""

import sys

from chdb import session

import common

TYPES = [
    ("ts", "DateTime64(6, 'UTC')"),
    ("type", "String"),
    ("visitor", "String"),
    ("platform", "String"),
    ("slot", "String"),
    ("variant", "String"),
    ("segment", "String"),
    ("user_agent", "String"),
    ("ip", "String"),
    ("revenue", "Decimal(18, 6)"),
    ("order", "String"),
    ("page", "String"),
]
# A text that is missing is empty, which costs less than Nullable.
UNUSED = ["ip", "page"]


def source(form, files):
    names = files[0] if len(files) == 1 else "{" + ",".join(files) + "}"
    types = [f"`{name}` {kind}" for name, kind in TYPES if form == "csv" or name not in UNUSED]
    engine = "CSVWithNames" if form == "csv" else "JSONEachRow"
    structure = ", ".join(types).replace("'", "\\'")
    return f"file('{names}', '{engine}', '{structure}')"


def statements(form, files):
    declared = f"platform = '{common.PLATFORM}' AND slot IN ({common.sql_list(common.SLOTS)})"
    yield f"""
        CREATE TABLE events ENGINE = Memory AS
        SELECT ts, type, visitor, platform, slot, variant, if(segment = '', '*', segment) AS segment,
            revenue, `order`,
            user_agent IN ({common.sql_list(common.BOT_AGENTS)}) AS is_bot
        FROM {source(form, files)}
        WHERE ts >= toDateTime64('{common.DAY_START}', 6, 'UTC') AND ts < toDateTime64('{common.DAY_END}', 6, 'UTC')
        SETTINGS date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1,
            input_format_csv_empty_as_default = 1
    """
    yield f"""
        CREATE TABLE bots ENGINE = Memory AS
        WITH people AS (
            SELECT visitor, count() AS events, max(is_bot) AS has_bot_agent,
                countIf(type = 'view') AS views, countIf(type = 'click') AS clicks
            FROM events GROUP BY visitor
            HAVING has_bot_agent OR events >= {common.EVENTS_PER_MINUTE}
                OR (views = 0 AND clicks >= {common.CLICKS_WITHOUT_VIEW})
        )
        SELECT visitor FROM people
        WHERE has_bot_agent OR events > {common.EVENTS_PER_DAY}
            OR (views = 0 AND clicks >= {common.CLICKS_WITHOUT_VIEW})
            OR visitor IN (
                SELECT visitor FROM events WHERE visitor IN (SELECT visitor FROM people)
                GROUP BY visitor, intDiv(toUnixTimestamp64Micro(ts), 60000000)
                HAVING count() >= {common.EVENTS_PER_MINUTE}
            )
    """
    yield f"""
        CREATE TABLE units ENGINE = Memory AS
        SELECT platform, slot, visitor, minIf((ts, variant, segment), type = 'view') AS exposure,
            countIf(type = 'view') AS views, countIf(type = 'click') AS clicks,
            maxIf(ts, type = 'click') AS last_click,
            minIf(variant, type = 'view') <> maxIf(variant, type = 'view') AS is_mixed
        FROM events
        WHERE type IN ('view', 'click') AND {declared} AND variant IN ({common.sql_list(common.VARIANTS)})
            AND visitor NOT IN (SELECT visitor FROM bots)
        GROUP BY platform, slot, visitor
        HAVING views > 0
    """
    yield f"""
        CREATE TABLE purchases ENGINE = Memory AS
        WITH relevant AS (
            SELECT visitor, platform, slot, ts, revenue, `order` FROM events
            WHERE type = 'purchase' AND platform IN ('', '{common.PLATFORM}')
                AND slot IN ('', {common.sql_list(common.SLOTS)})
        )
        SELECT visitor, platform, slot, ts, revenue FROM relevant WHERE `order` = ''
        UNION ALL
        SELECT visitor, argMin(platform, ts), argMin(slot, ts), min(ts), max(revenue)
        FROM relevant WHERE `order` <> '' GROUP BY visitor, `order`
    """


RESULT = """
    WITH bought AS (
        SELECT units.platform AS platform, units.slot AS slot, units.visitor AS visitor,
            count() AS purchases, sum(purchases.revenue) AS revenue
        FROM units INNER JOIN purchases ON units.visitor = purchases.visitor
        WHERE purchases.platform IN ('', units.platform)
            AND purchases.slot IN ('', units.slot)
            AND purchases.ts >= units.exposure.1
        GROUP BY units.platform, units.slot, units.visitor
    )
    SELECT units.platform AS platform, units.slot AS slot, units.exposure.3 AS segment, units.exposure.2 AS variant,
        count() AS visitors, sum(units.views) AS views, sum(units.clicks) AS clicks,
        countIf(units.clicks > 0 AND units.last_click >= units.exposure.1) AS clickers,
        sum(bought.purchases) AS purchases, countIf(bought.purchases > 0) AS purchasers,
        countIf(units.is_mixed) AS mixed, sum(bought.revenue) AS revenue
    FROM units LEFT JOIN bought
        ON units.platform = bought.platform AND units.slot = bought.slot AND units.visitor = bought.visitor
    GROUP BY platform, slot, segment, variant ORDER BY platform, slot, segment, variant
"""


def main():
    form, files = common.arguments()
    database = session.Session()
    for statement in statements(form, files):
        database.query(statement)
    sys.stdout.write(str(database.query(RESULT, "CSVWithNames")))


main()
