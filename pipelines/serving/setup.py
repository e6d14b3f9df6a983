"""Makes the wheel one of this system, as the library inside is, but of every Python: it is not linked with it.

SLUICE_VERSION is the version; `make wheel` sets it.
"""

import os

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution


class SystemDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class SystemWheel(bdist_wheel):
    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(version=os.environ.get("SLUICE_VERSION", "0"), distclass=SystemDistribution, cmdclass={"bdist_wheel": SystemWheel})
