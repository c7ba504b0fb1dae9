#include <sqlite3.h>

// Swift can't call functions with a variable number of arguments.

/// From now on closing `connection`, also as the last one, leaves the log as it is.
static inline int el_sqlite3_keep_log(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
