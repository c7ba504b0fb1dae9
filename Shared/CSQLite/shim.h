#include <sqlite3.h>

// Swift can't call functions with a variable number of arguments.

/// Whether closing `connection` as the last one leaves the log as it is.
static inline int el_sqlite3_keep_log(sqlite3 *connection, int keeps) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps, (int *)0);
}

// Nor macros that are made with a shift.
static const int el_sqlite_ioerr_read = SQLITE_IOERR_READ;
static const int el_sqlite_ioerr_short_read = SQLITE_IOERR_SHORT_READ;
static const int el_sqlite_ioerr_fstat = SQLITE_IOERR_FSTAT;
