#include "sluice_randomizer.h"
