// Randomizer
