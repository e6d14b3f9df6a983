"""Five figures of a policy from a log, by obp: read with pandas, its outcome model a ready table.

    evaluate_with_obp.py LOG POLICY
"""

import os
import sys
import time

import numpy as np
import pandas

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "Evaluation"))
from peer_obp import ESTIMATORS  # noqa: E402

start = time.perf_counter()
log = pandas.read_csv(sys.argv[1])
policy = pandas.read_csv(sys.argv[2])
table = policy.pivot(index="user", columns="variant", values="probability")
contexts = table.index.get_indexer(log["user"])
arms = table.columns.get_indexer(log["variant"])
reward = log["reward"].to_numpy()
cell = contexts * table.shape[1] + arms
means = np.bincount(cell, reward, table.size) / np.maximum(1, np.bincount(cell, minlength=table.size))
arrays = {
    "reward": reward,
    "action": arms,
    "pscore": log["propensity"].to_numpy(),
    "action_dist": table.to_numpy()[contexts][:, :, None],
    "estimated_rewards_by_reg_model": means.reshape(table.shape)[contexts][:, :, None],
    "position": np.zeros(len(log), dtype=int),
}
for name in ["ips", "snips", "dm", "dr"]:
    print(name, repr(float(ESTIMATORS[name].estimate_policy_value(**arrays))))
print("seconds", time.perf_counter() - start)
