#include "table.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int table_reads, table_writes;

static const char stream[] =
    "{\"Item\":{\"PK\":{\"S\":\"STREAMS\"},\"SK\":{\"S\":\"orders\"},"
    "\"id\":{\"B\":\"AAECAwQFBgcICQoLDA0ODw==\"},\"s\":{\"S\":\"active\"},\"p\":{\"N\":\"1\"},"
    "\"ret\":{\"N\":\"168\"},\"comp\":{\"N\":\"1\"},\"c\":{\"N\":\"%lld000\"},\"v\":{\"N\":\"1\"}}}";

static int is(const request *request, const char *operation) {
    return strstr(request->head, operation) != NULL;
}

// A stream that was created just now, so that its log may be empty.
static void answer_stream(int connection) {
    char body[512];
    int count = snprintf(body, sizeof body, stream, (long long)time(NULL));
    respond(connection, 200, "", body, count);
}

static void answer_text(int connection, const char *body) {
    respond(connection, 200, "", body, strlen(body));
}

void answer_as_table(int connection, const request *request) {
    if (is(request, "DynamoDB_20120810.PutItem")) {
        table_writes++;
        return answer_text(connection, "{}");
    }
    table_reads++;
    if (is(request, "DynamoDB_20120810.Query")) {
        return answer_text(connection, "{\"Items\":[],\"Count\":0,\"ScannedCount\":0}");
    }
    if (!is(request, "DynamoDB_20120810.GetItem")) {
        const char *unknown = "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}";
        return respond(connection, 400, "", unknown, strlen(unknown));
    }
    if (strstr(request->body, "\"STREAMS\"")) return answer_stream(connection);
    answer_text(connection, "{}");
}
