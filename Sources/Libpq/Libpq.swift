// Libpq
