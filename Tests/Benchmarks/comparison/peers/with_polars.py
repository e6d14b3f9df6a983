"""The day's statistics by Polars: the log is scanned lazily, collected once by the streaming engine, then aggregated."""

import sys

import polars as pl

import common

TEXTS = ["ts", "type", "visitor", "platform", "slot", "variant", "segment", "user_agent", "revenue", "order"]
CSV_COLUMNS = ["ts", "type", "visitor", "platform", "slot", "variant", "segment", "user_agent", "ip", "revenue", "order", "page"]
UNIT = ["platform", "slot", "visitor"]


def scan(form, files):
    if form == "csv":
        return pl.scan_csv(files, schema={name: pl.String for name in CSV_COLUMNS}).select(TEXTS)
    # JSON's numbers are doubles in Polars; the cast to Decimal rounds them to the amounts they were written as.
    return pl.scan_ndjson(files, schema={name: pl.Float64 if name == "revenue" else pl.String for name in TEXTS})


def events(form, files):
    """The events of the day, in memory."""
    start, end = (pl.lit(text).str.to_datetime(time_unit="us", time_zone="UTC") for text in (common.DAY_START, common.DAY_END))
    return (
        scan(form, files)
        .with_columns(
            ts=pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us", time_zone="UTC"),
            revenue=pl.col("revenue").cast(pl.Decimal(18, 6)).fill_null(0),
            segment=pl.col("segment").fill_null("*"),
            is_bot=pl.col("user_agent").is_in(common.BOT_AGENTS).fill_null(False),
        )
        .filter(pl.col("ts") >= start, pl.col("ts") < end)
        .drop("user_agent")
        .collect(engine="streaming")
        .lazy()
    )


def bots(log):
    is_view, is_click = pl.col("type") == "view", pl.col("type") == "click"
    people = log.group_by("visitor").agg(
        events=pl.len(), is_bot=pl.col("is_bot").any(), views=is_view.sum(), clicks=is_click.sum()
    )
    busy = people.filter(pl.col("events") >= common.EVENTS_PER_MINUTE).select("visitor")
    hasty = (
        log.join(busy, on="visitor", how="semi")
        .group_by("visitor", pl.col("ts").dt.truncate("1m"))
        .agg(events=pl.len())
        .filter(pl.col("events") >= common.EVENTS_PER_MINUTE)
        .select("visitor")
    )
    others = people.filter(
        pl.col("is_bot")
        | (pl.col("events") > common.EVENTS_PER_DAY)
        | ((pl.col("views") == 0) & (pl.col("clicks") >= common.CLICKS_WITHOUT_VIEW))
    ).select("visitor")
    return pl.concat([others, hasty])


def units(log):
    """One row for each visitor in an experiment; the exposure is the least of (ts, variant, segment) among its views."""
    is_view, is_click = pl.col("type") == "view", pl.col("type") == "click"
    shown = log.filter(
        is_view | is_click,
        pl.col("platform") == common.PLATFORM,
        pl.col("slot").is_in(common.SLOTS),
        pl.col("variant").is_in(common.VARIANTS),
    )
    exposures = (
        shown.filter(is_view)
        .sort("ts", "variant", "segment")
        .group_by(UNIT)
        .agg(
            pl.col("ts", "variant", "segment").first(),
            views=pl.len(),
            mixed=pl.col("variant").n_unique() > 1,
        )
    )
    clicks = shown.filter(is_click).group_by(UNIT).agg(clicks=pl.len(), last_click=pl.col("ts").max())
    return exposures.join(clicks, on=UNIT, how="left")


def purchases(log):
    """The purchases, of which the events of one order are one: the earliest, with the greatest revenue."""
    relevant = log.filter(
        pl.col("type") == "purchase",
        pl.col("platform").fill_null(common.PLATFORM) == common.PLATFORM,
        pl.col("slot").is_null() | pl.col("slot").is_in(common.SLOTS),
    ).select("visitor", "ts", "revenue", "order", of_platform="platform", of_slot="slot")
    orders = relevant.filter(pl.col("order").is_not_null()).group_by("visitor", "order").agg(
        pl.col("ts").min(), pl.col("revenue").max(), pl.col("of_platform", "of_slot").sort_by("ts").first()
    )
    return pl.concat([relevant.filter(pl.col("order").is_null()), orders.select(relevant.collect_schema().names())])


def statistics(log):
    log = log.join(bots(log), on="visitor", how="anti")
    exposed = units(log)
    bought = (
        exposed.select(*UNIT, exposure="ts")
        .join(purchases(log), on="visitor")
        .filter(
            pl.col("of_platform").fill_null(pl.col("platform")) == pl.col("platform"),
            pl.col("of_slot").fill_null(pl.col("slot")) == pl.col("slot"),
            pl.col("ts") >= pl.col("exposure"),
        )
        .group_by(UNIT)
        .agg(purchases=pl.len(), revenue=pl.col("revenue").sum())
    )
    return (
        exposed.join(bought, on=UNIT, how="left")
        .group_by(common.KEYS)
        .agg(
            pl.col("views", "clicks", "purchases", "mixed", "revenue").sum(),
            visitors=pl.len(),
            clickers=(pl.col("last_click") >= pl.col("ts")).sum(),
            purchasers=(pl.col("purchases") > 0).sum(),
        )
        .select(common.COLUMNS)
        .sort(common.KEYS)
    )


def main():
    form, files = common.arguments()
    sys.stdout.write(statistics(events(form, files)).collect().write_csv())


main()
