// Walbrook
