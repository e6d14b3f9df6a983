"""The same scores by Spark: folds by a pandas UDF, scaling, models and predictions in the cluster.

- Columns are encoded when the files are read, so that both engines see the same ones; the files must fit in the driver's memory.
- spark.ml's own StandardScaler divides by the sample's deviation and its `xxhash64` hashes with another seed: neither is used.
- With two partitions, as here by default, the same files give the same bytes: two sums are equal in either order.
"""

from __future__ import annotations

import os
import shutil
import sys

import numpy as np
import pandas as pd

from .console import INPUT_OUTPUT, MISSING_PACKAGE, Failure, Progress
from .crossfit import Plan, Scores, constant_reason, fallback


def session(master: str):
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise Failure(
            MISSING_PACKAGE,
            "Java is missing, which Spark runs on: `make targeting-spark` installs openjdk-17-jre-headless (Debian)",
        )
    # Workers are this interpreter, with its packages; on one machine nothing listens to the network.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("sluice-fit").master(master)
    # Columns of pandas, not rows of objects, go between Python and Spark.
    options = {
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    for key, value in options.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def score(plan: Plan, master: str = "local[2]", partitions: int = 2) -> Scores:
    """Fits by spark.ml and scores everybody."""
    from pyspark.errors import PySparkException
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.functions import vector_to_array
    from pyspark.sql import functions as F
    from pyspark.sql.functions import pandas_udf

    campaign = plan.campaign
    spark = session(master)
    seed, count = plan.seed, plan.count

    @pandas_udf("long")
    def fold_of(customers: pd.Series) -> pd.Series:
        import xxhash

        return customers.map(lambda customer: xxhash.xxh64_intdigest(customer.encode(), seed) % count).astype("int64")

    names = [f"x{column}" for column in range(campaign.matrix.shape[1])]
    numbers = names[: len(campaign.encoder.numbers)]
    rows = pd.DataFrame(campaign.matrix, columns=names)
    rows.insert(0, "customer", campaign.customers)
    rows["arm"], rows["outcome"], rows["weight"] = campaign.arm, campaign.outcome, campaign.weight
    trained = spark.createDataFrame(rows).withColumn("fold", fold_of("customer")).repartitionByRange(partitions, "customer")
    trained = trained.sortWithinPartitions("customer").cache()
    scored = pd.DataFrame(plan.matrix, columns=names)
    scored.insert(0, "row", np.arange(len(scored)))
    scored = spark.createDataFrame(scored).repartitionByRange(partitions, "row").cache()
    progress = Progress("models", count * (len(campaign.messages) + 1))

    def predict(fold: int, arm: int, wanted: np.ndarray) -> np.ndarray:
        seen = trained.where((F.col("arm") == arm) & (F.col("fold") != fold))
        mine = (campaign.arm == arm) & (plan.row_fold != fold)
        if reason := constant_reason(campaign.outcome[mine], len(names)):
            return np.full(len(wanted), fallback(plan, arm, fold, reason))
        figures = seen.agg(
            F.count("*").alias("rows"),
            F.sum("weight").alias("weight"),
            *[F.avg(name).alias(f"mean_{name}") for name in numbers],
            *[F.stddev_pop(name).alias(f"deviation_{name}") for name in numbers],
        ).first()

        def prepared(frame):
            columns = {}
            for name in numbers if plan.kind == "logistic" else []:
                mean, deviation = figures[f"mean_{name}"], figures[f"deviation_{name}"]
                # Values that are the same but for rounding say nothing.
                same = not deviation > 1e-12 * max(1, abs(mean))
                columns[name] = F.lit(0.0) if same else (F.col(name) - mean) / deviation
            frame = frame.withColumns(columns) if columns else frame
            return VectorAssembler(inputCols=names, outputCol="features").transform(frame)

        training = seen.withColumn("weight", F.col("weight") * (figures["rows"] / figures["weight"]))
        model = _estimator(plan.kind, campaign.binary, int(figures["rows"]), seed).fit(prepared(training))
        answers = model.transform(prepared(scored))
        value = vector_to_array("probability")[1] if campaign.binary else F.col("prediction")
        answers = answers.select("row", value.alias("value")).toPandas()
        values = np.empty(len(plan.customers))
        values[answers["row"].to_numpy()] = answers["value"].to_numpy()
        return values[wanted]

    try:
        return Scores(plan.customers, plan.collect(predict, progress.step), plan.fold)
    except PySparkException as error:
        first = str(error).strip().splitlines()[0]
        raise Failure(INPUT_OUTPUT, f"Spark has failed: {first}: see its messages above, or use --engine sklearn") from None
    finally:
        spark.stop()


def _estimator(kind: str, binary: bool, rows: int, seed: int):
    """The models of scikit-learn's engine in spark.ml's terms. Weights have mean 1: their sum is the number of rows."""
    from pyspark.ml import classification, regression

    columns = dict(featuresCol="features", labelCol="outcome", weightCol="weight")
    if kind == "logistic" and binary:
        # spark.ml minimises the mean loss + regParam/2·|β|², scikit-learn C times the sum of losses + 1/2·|β|².
        return classification.LogisticRegression(
            regParam=1 / rows, elasticNetParam=0.0, standardization=False, tol=1e-9, maxIter=5000, **columns
        )
    if kind == "logistic":
        return regression.LinearRegression(
            regParam=1 / rows, elasticNetParam=0.0, standardization=False, solver="normal", **columns
        )
    # 30 is the deepest that spark.ml grows a tree.
    options = dict(
        numTrees=300, minInstancesPerNode=100, featureSubsetStrategy="sqrt", maxDepth=30, maxBins=128, seed=seed, **columns
    )
    return classification.RandomForestClassifier(**options) if binary else regression.RandomForestRegressor(**options)
