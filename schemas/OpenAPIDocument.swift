// swift-format-ignore-file
// Written by scripts/build-openapi.py from openapi.base.json and json/. Do not edit.

/// The text of openapi.json.
let openAPIText: StaticString = #"""
{
  "openapi": "3.1.0",
  "info": {
    "title": "EventLedger",
    "version": "0.1.0",
    "summary": "An ordered, immutable event log over HTTP.",
    "description": "Unknown or repeated body fields and query parameters are refused with 400. No Content-Type counts as JSON. A path that is not listed answers 404 `not_found`; another method on a listed path answers 405 `method_not_allowed` with `Allow`. Answers with status 429 and 503 carry `Retry-After` where a retry can help. Every answer but `/openapi.json` carries `Cache-Control: no-store`, and every answer `Date`. HEAD works where GET does, and `Allow` says so. `x-limits` has every limit a client can meet; KB and MB are powers of 1,024. Where the ledger runs with API keys, every call but `/health` and `/openapi.json` needs one, as `Authorization: Bearer elk_…`; `security` names the actions of which the key needs one, on the stream at hand, or on `*` where there is none. A key that may not gets 403 whether the stream exists or not. Each key may make a limited number of requests a second.",
    "license": {
      "name": "MIT",
      "identifier": "MIT"
    }
  },
  "servers": [
    {
      "url": "/",
      "description": "The server that gave this document"
    }
  ],
  "security": [
    {
      "apiKey": []
    }
  ],
  "tags": [
    {
      "name": "streams",
      "description": "Create, describe, change and delete streams"
    },
    {
      "name": "events",
      "description": "Publish and read events"
    },
    {
      "name": "compaction",
      "description": "The latest event of every key"
    },
    {
      "name": "subscriptions",
      "description": "Read a stream with a stored position"
    },
    {
      "name": "deliveries",
      "description": "Acknowledge each event by itself, and look after those that failed"
    },
    {
      "name": "webhooks",
      "description": "Have events sent to an endpoint"
    },
    {
      "name": "keys",
      "description": "API keys"
    },
    {
      "name": "server",
      "description": "The server itself"
    }
  ],
  "x-limits": {
    "body_bytes": 4194304,
    "events_per_publish": 10000,
    "receipt_bytes": 5242880,
    "event_bytes": 262144,
    "key_bytes": {
      "min": 1,
      "max": 512
    },
    "type_bytes": {
      "min": 1,
      "max": 255
    },
    "filter_patterns": {
      "min": 1,
      "max": 16
    },
    "name_bytes": 249,
    "headers_per_event": 32,
    "data_depth": 128,
    "idempotency_key_bytes": {
      "min": 1,
      "max": 255
    },
    "page_entries": {
      "min": 1,
      "max": 1000
    },
    "default_page_entries": 100,
    "page_bytes": 1048576,
    "read_bytes": 16777216,
    "filtered_read_bytes": 8388608,
    "read_entries": 10000,
    "wait_seconds": {
      "min": 0,
      "max": 20
    },
    "partitions": {
      "min": 1,
      "max": 100
    },
    "default_partitions": 3,
    "retention_hours": {
      "min": 1,
      "max": 87600
    },
    "default_retention_hours": 168,
    "members": 100,
    "member_name_bytes": {
      "min": 1,
      "max": 64
    },
    "session_seconds": {
      "min": 10,
      "max": 300
    },
    "default_session_seconds": 45,
    "ack_wait_seconds": {
      "min": 5,
      "max": 43200
    },
    "max_deliveries": {
      "min": 1,
      "max": 1000
    },
    "backoffs": {
      "min": 1,
      "max": 20
    },
    "backoff_seconds": {
      "min": 0,
      "max": 86400
    },
    "max_open": {
      "min": 10,
      "max": 4000
    },
    "max_parked": {
      "min": 100,
      "max": 1000000
    },
    "acknowledged_events": 1000,
    "attempt_bytes": {
      "min": 1,
      "max": 64
    },
    "consumer_bytes": 64,
    "reason_bytes": 512,
    "webhooks": 100,
    "webhook_url_bytes": {
      "min": 1,
      "max": 2048
    },
    "webhook_concurrency": {
      "min": 1,
      "max": 64
    },
    "webhook_timeout_seconds": {
      "min": 5,
      "max": 30
    },
    "webhook_disable_hours": {
      "min": 1,
      "max": 8760
    },
    "key_name_bytes": {
      "min": 1,
      "max": 128
    },
    "scopes_per_key": {
      "min": 1,
      "max": 32
    },
    "transaction_items": 100,
    "transaction_bytes": 4194304,
    "idempotency_hours": 24,
    "expired_key_days": 30
  },
  "paths": {
    "/streams": {
      "get": {
        "operationId": "listStreams",
        "tags": [
          "streams"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          },
          {
            "apiKey": [
              "publish"
            ]
          },
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "List streams",
        "description": "In the order of their names. A key sees the streams that its scopes cover, and no others.",
        "parameters": [
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/next"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of streams",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/StreamList"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "post": {
        "operationId": "createStream",
        "tags": [
          "streams"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Create a stream",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/StreamCreation"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The new stream",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Stream"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/stream_already_exists"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        }
      ],
      "get": {
        "operationId": "describeStream",
        "tags": [
          "streams"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          },
          {
            "apiKey": [
              "publish"
            ]
          },
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Describe a stream",
        "responses": {
          "200": {
            "description": "The stream",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Stream"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/tail_unverified_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "patch": {
        "operationId": "updateStream",
        "tags": [
          "streams"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Change a stream's retention",
        "description": "A shorter retention holds at once for every read. Partition count and compaction are fixed at creation.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/StreamUpdate"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The stream as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Stream"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "delete": {
        "operationId": "deleteStream",
        "tags": [
          "streams"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Delete a stream",
        "description": "The name is free at once; the events are removed in the background.",
        "responses": {
          "200": {
            "description": "Deleted",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/events": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        }
      ],
      "post": {
        "operationId": "publishEvents",
        "tags": [
          "events"
        ],
        "security": [
          {
            "apiKey": [
              "publish"
            ]
          }
        ],
        "summary": "Publish events",
        "description": "One event, `{\"events\": […]}`, a JSON array, or one event per line (`application/x-ndjson`). A body has at most 4194304 bytes (4 MB) after decompression, an event at most 262144 bytes (256 KB) of key, type, headers and data. Where a line for each event would make an answer larger than 5242880 bytes (5 MB), `ack=summary` is needed; else 400, and nothing is stored. 200 means that all events are stored. The order of the answer is that of the request.",
        "parameters": [
          {
            "$ref": "#/components/parameters/ack"
          },
          {
            "$ref": "#/components/parameters/idempotencyKey"
          },
          {
            "$ref": "#/components/parameters/contentEncoding"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PublishRequest"
              }
            },
            "application/x-ndjson": {
              "schema": {
                "type": "string",
                "description": "1 to 10000 events, one JSON object per line. The types `application/ndjson`, `application/jsonl` and `application/x-jsonlines` mean the same; so do `application/json` and every `*/*+json`."
              },
              "examples": {
                "lines": {
                  "value": "{\"key\":\"order-1\",\"type\":\"order.created\",\"data\":{\"total\":99.99}}\n{\"key\":\"order-2\",\"type\":\"order.created\",\"data\":{\"total\":5}}\n"
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "All events are stored. With `ack=summary` the answer names only ranges of offsets.",
            "content": {
              "application/json": {
                "schema": {
                  "oneOf": [
                    {
                      "$ref": "#/components/schemas/PublishAnswer"
                    },
                    {
                      "$ref": "#/components/schemas/PublishSummary"
                    }
                  ]
                },
                "examples": {
                  "events": {
                    "value": {
                      "events": [
                        {
                          "stream_id": "orders",
                          "partition": 0,
                          "offset": 42,
                          "key": "order-1",
                          "timestamp": "2026-11-21T01:02:03.456Z"
                        }
                      ]
                    }
                  },
                  "summary": {
                    "value": {
                      "partitions": [
                        {
                          "partition": 0,
                          "first_offset": 42,
                          "last_offset": 44
                        }
                      ]
                    }
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_event_key"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/offset_conflict"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "422": {
            "$ref": "#/components/responses/idempotency_key_reused"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_partial_publish_or_tail_unverified_or_clock_suspect_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "get": {
        "operationId": "readEvents",
        "tags": [
          "events"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Read events without a subscription",
        "description": "Reads one partition, or with neither `partition` nor `key` all of them in turns. Nothing is stored by it. `cursor` goes on where a page ended; it does not go with `from` or `last`, nor they with one another. With `key` or `type` what does not fit is passed over, and `scanned` counts what was looked at. One call decodes at most 16 MB (8 MB with a filter), looks at 10,000 events, and reads for about 2 seconds: then the page ends where it is, perhaps without events, with `caught_up` false and the cursor moved on. With `Accept: text/event-stream` and nothing else the answer is a stream of server-sent events: `event: page` with a page's JSON as `data`, and as `id` the cursor behind it; a page without events sends at most its `id`. It waits for events by itself, gives a sign of life every 15 seconds, and ends after 5 minutes or with an error; whoever comes back with `Last-Event-ID` goes on there and is told the error. A function gives one page and `retry: 1000`.",
        "parameters": [
          {
            "$ref": "#/components/parameters/partition"
          },
          {
            "$ref": "#/components/parameters/from"
          },
          {
            "$ref": "#/components/parameters/last"
          },
          {
            "$ref": "#/components/parameters/readCursor"
          },
          {
            "$ref": "#/components/parameters/keyFilter"
          },
          {
            "$ref": "#/components/parameters/typeFilter"
          },
          {
            "$ref": "#/components/parameters/wait"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/lastEventId"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of events",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/EventPage"
                }
              },
              "text/event-stream": {
                "schema": {
                  "type": "string",
                  "description": "Server-sent events, UTF-8."
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_event_key_or_invalid_cursor"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/position_beyond_tail"
          },
          "410": {
            "$ref": "#/components/responses/offset_expired"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "416": {
            "$ref": "#/components/responses/offset_out_of_range"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/tail_unverified_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/compacted": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        }
      ],
      "get": {
        "operationId": "listCompacted",
        "tags": [
          "compaction"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Read the compacted state",
        "description": "The latest event of every key, without tombstones. With `key`, the one event of that key as `GET /streams/{stream}/compacted/{key}` answers it.",
        "parameters": [
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/next"
          },
          {
            "$ref": "#/components/parameters/keyQuery"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of events, or one event when `key` is given",
            "content": {
              "application/json": {
                "schema": {
                  "oneOf": [
                    {
                      "$ref": "#/components/schemas/CompactedPage"
                    },
                    {
                      "$ref": "#/components/schemas/Event"
                    }
                  ]
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_event_key"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_key_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/compaction_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/compacted/{key}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/key"
        }
      ],
      "get": {
        "operationId": "getCompacted",
        "tags": [
          "compaction"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Look up a key",
        "description": "The key is the whole rest of the path, percent-decoded once, so it may contain slashes.",
        "responses": {
          "200": {
            "description": "The latest event of the key",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Event"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_event_key"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_key_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/compaction_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/compact": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        }
      ],
      "post": {
        "operationId": "compactStream",
        "tags": [
          "compaction"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Compact up to the tail now",
        "description": "Takes no body, or an empty object. Compaction runs by itself; this waits for it.",
        "responses": {
          "200": {
            "description": "How far each partition is compacted",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FoldProgress"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/compaction_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/partitions/{partition}/head": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/partitionPath"
        }
      ],
      "get": {
        "operationId": "readHead",
        "tags": [
          "events"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Where a partition ends, and the hash of everything before",
        "description": "Each stored chunk's hash covers the hash of the chunk before, so a head covers the whole partition up to `next_offset`. Keep it elsewhere; ask again with `at` later: another answer means that the log was rewritten. A head exists between two chunks only: any other `at` is a 400 that names the next one in `details.limit`.",
        "parameters": [
          {
            "$ref": "#/components/parameters/at"
          }
        ],
        "responses": {
          "200": {
            "description": "The head",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Head"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "410": {
            "$ref": "#/components/responses/offset_expired"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "416": {
            "$ref": "#/components/responses/offset_out_of_range"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/tail_unverified_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/accept-tail": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        }
      ],
      "post": {
        "operationId": "acceptTail",
        "tags": [
          "streams"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Accept the tail on the operator's word",
        "description": "Takes no body, or an empty object. The way out of `tail_unverified`: the newest event that can be found becomes the end of each partition.",
        "responses": {
          "200": {
            "description": "How far each partition is compacted",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FoldProgress"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        }
      ],
      "get": {
        "operationId": "listSubscriptions",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "List the subscriptions of a stream",
        "description": "In the order of their names.",
        "parameters": [
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/next"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of subscriptions",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/SubscriptionList"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "post": {
        "operationId": "createSubscription",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Create a subscription",
        "description": "An offset beyond the tail is a 400. With `offsets`, partitions left out start at the earliest event. With `delivery` of mode `events` each event is acknowledged by itself, by any number of consumers at once, and keys stay in order; else positions are committed. With `webhook`, which needs the action `admin`, the ledger sends them itself, once the endpoint was verified.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SubscriptionCreation"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The new subscription",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Subscription"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_webhook_url_refused"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/subscription_already_exists_or_too_many_webhooks_or_compaction_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "get": {
        "operationId": "describeSubscription",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Describe a subscription",
        "responses": {
          "200": {
            "description": "The subscription",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Subscription"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/tail_unverified_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "patch": {
        "operationId": "updateSubscription",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Change what a subscription is for, and how it delivers",
        "description": "Another filter holds from the next poll or receive on, without moving the subscription: what was passed over so far is not delivered later. Cursors and leases stay valid. A change of `delivery` holds at once, also for events that have failed before. Another `mode` moves the subscription to where it stands, so that cursors and leases from before are refused: from events to cursors, to the first event of each partition that is not finished, so that events behind it that were acknowledged come again. A subscription that still reads the compacted state can't have mode `events`. A `webhook` needs the action `admin`; with another `url` nothing is sent before that was verified.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SubscriptionUpdate"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The subscription as it is now",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Subscription"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_webhook_url_refused"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/too_many_webhooks"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "delete": {
        "operationId": "deleteSubscription",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Delete a subscription",
        "responses": {
          "200": {
            "description": "Deleted",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/poll": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "get": {
        "operationId": "poll",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Poll for events",
        "description": "Gives the events after the committed positions, or after `cursor`, and commits nothing. With `wait`, an empty poll waits for events. A subscription with a filter passes over what does not fit; one call decodes at most 8 MB, looks at 10,000 events and reads for about 2 seconds, then the page ends where it is, perhaps without events, with `caught_up` false and the cursor moved on. With `member` the caller is a member of the subscription's group: members share the partitions, each poll renews the member's session, takes partitions that are free and gives up what is others' share, and the page is of what the member holds. `member` in the answer says what that is. A poll with `wait` then also ends when it changes. With `Accept: text/event-stream` and nothing else the answer is a stream of server-sent events: `event: page` with a page's JSON as `data`, and as `id` the cursor behind it; a page without events sends at most its `id`. It waits for events by itself, gives a sign of life every 15 seconds, and ends after 5 minutes or with an error; whoever comes back with `Last-Event-ID` goes on there and is told the error. A function gives one page and `retry: 1000`.",
        "parameters": [
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/wait"
          },
          {
            "$ref": "#/components/parameters/cursor"
          },
          {
            "$ref": "#/components/parameters/member"
          },
          {
            "$ref": "#/components/parameters/session"
          },
          {
            "$ref": "#/components/parameters/lastEventId"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of events and the cursor that covers it",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PollPage"
                }
              },
              "text/event-stream": {
                "schema": {
                  "type": "string",
                  "description": "Server-sent events, UTF-8."
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_invalid_cursor"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/cursor_superseded_or_position_beyond_tail_or_too_many_members_or_wrong_delivery_mode"
          },
          "410": {
            "$ref": "#/components/responses/offset_expired"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/commit": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "commit",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Commit a cursor",
        "description": "Moves the subscription forward to the cursor. Committing an older cursor moves nothing and is a 200. With `offsets` only part of the page is committed in the partitions named; an offset outside of it is a 400. The cursor of a member's poll commits the partitions that the member held, each only while its lease is the same, and renews the member's session; where others have taken partitions over, the answer is 409 `lease_lost`. A cursor of no member does not move what a member holds: 409 `partition_leased`.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CommitRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Committed",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_invalid_cursor"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/cursor_superseded_or_position_beyond_tail_or_lease_lost_or_partition_leased_or_wrong_delivery_mode"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/seek": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "seek",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Move a subscription",
        "description": "Forward or back. Cursors and leases from before the seek are refused afterwards, and what was handed out under them comes again or is passed over, as the new position says. What is parked stays parked. With `offsets`, partitions left out stay where they are: with mode `events`, at their first event that is not finished. With mode `events`, `compacted` is a 400.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SeekRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Moved",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/compaction_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/members": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "get": {
        "operationId": "listMembers",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "List the members of a subscription's group",
        "description": "By name, with what each holds; without those that have left or whose session is over.",
        "responses": {
          "200": {
            "description": "The members",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/MemberList"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/wrong_delivery_mode"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/members/{member}/heartbeat": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        },
        {
          "$ref": "#/components/parameters/memberPath"
        }
      ],
      "post": {
        "operationId": "heartbeat",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Renew a member's session",
        "description": "For a member that works on a page for longer than its session; polls and commits renew it too. Makes a member of who is none.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/HeartbeatRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The member",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/MemberAnswer"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/too_many_members_or_wrong_delivery_mode"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/members/{member}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        },
        {
          "$ref": "#/components/parameters/memberPath"
        }
      ],
      "delete": {
        "operationId": "leave",
        "tags": [
          "subscriptions"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Leave a subscription's group",
        "description": "Frees the member's partitions at once, so that others need not wait for the end of its session. Repeating it is safe; leaving without having been a member is a 200.",
        "responses": {
          "200": {
            "description": "Gone",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/wrong_delivery_mode"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/receive": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "receive",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Receive events to acknowledge one by one",
        "description": "Hands out the next events under a lease: until `ack_wait` is over nobody else gets them, and with order `key` nobody gets later events of their keys. What is not acknowledged by then has failed; it comes again, and is parked after `max_deliveries`. Consumers need no names and share the events as they ask; more of them than partitions is fine. With `wait`, a call without events waits for some: for new ones, and for those that rest or that others give back. Delivery is at least once: an answer that is lost costs a delivery, unless the call is repeated with its `attempt`. An acknowledgement in `ack` is taken first, so that a busy consumer makes one call a page. When the call fails then, the acknowledgement may have been taken; repeating it is safe. A subscription with a filter passes over what does not fit. One call looks at about 2 MB and 10,000 events of a partition; then the page ends where it is, perhaps without events, with `caught_up` false.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ReceiveRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Events and the lease under which they are held",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReceivedPage"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_invalid_lease"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/cursor_superseded_or_position_beyond_tail_or_wrong_delivery_mode"
          },
          "410": {
            "$ref": "#/components/responses/offset_expired"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/ack": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "acknowledge",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Acknowledge received events",
        "description": "Says what became of events that were received under one lease: finished, failed, to be parked, or given back. Within a call events are judged in the order of their offsets. With order `key` an event is not finished while an earlier one of its key under the same lease is not, or waits for its next delivery: it is given back instead, and listed in `not_held`. A late acknowledgement counts as long as nobody has taken notice of the lease's end. Repeating a call is safe: what it finished is listed as `finished` then.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Acknowledgement"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What was done",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AcknowledgementAnswer"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_invalid_lease"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/cursor_superseded_or_position_beyond_tail_or_wrong_delivery_mode"
          },
          "410": {
            "$ref": "#/components/responses/offset_expired"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/parked": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "get": {
        "operationId": "listParked",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "List parked events",
        "description": "Events that failed as often as they may, that a consumer rejected, that the log lost before they were finished, or that were parked by hand; by partition and offset, with the history of each. They stay until they are acknowledged after a replay, or discarded.",
        "parameters": [
          {
            "$ref": "#/components/parameters/parkedPartition"
          },
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/next"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of parked events",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ParkedList"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "post": {
        "operationId": "park",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Park an event by hand",
        "description": "Takes an event out of its delivery, so that others go on. With mode `events`, one that was handed out or passed over and is not finished, whoever has it. With cursors, the event at which its partition stands and no other: a consumer that can't handle it then commits past it. The event is kept with its data, and can be read, discarded and, with mode `events`, replayed.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ParkingRequest"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The parked event",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ParkedEvent"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/position_beyond_tail_or_not_open"
          },
          "410": {
            "$ref": "#/components/responses/offset_expired"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error_or_corrupt_chunk"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/parked/replay": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "replayParked",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Deliver parked events again",
        "description": "Each comes once more as the event it was, marked as `replayed`, in its place before later events of its key that are not handed out yet. Acknowledged, it is parked no more; failed as often as the policy permits, it is parked again. Only with mode `events`: with cursors read it, handle it and discard it. One call replays up to 90 events of each partition with `all`; repeat it until `left` is 0.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ReplayRequest"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What was done",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ReplayAnswer"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/cursor_superseded_or_wrong_delivery_mode"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/parked/{partition}/{offset}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        },
        {
          "$ref": "#/components/parameters/partitionPath"
        },
        {
          "$ref": "#/components/parameters/offset"
        }
      ],
      "get": {
        "operationId": "getParked",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Get a parked event",
        "description": "With its history and its data, which is kept beyond the stream's retention.",
        "responses": {
          "200": {
            "description": "The parked event",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ParkedEventDetails"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found_or_parked_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "delete": {
        "operationId": "discardParked",
        "tags": [
          "deliveries"
        ],
        "security": [
          {
            "apiKey": [
              "consume"
            ]
          }
        ],
        "summary": "Discard a parked event",
        "description": "Drops it for good. Where its key waits for it, by `exhausted` `hold`, the key goes on. Not while it is being delivered again.",
        "responses": {
          "200": {
            "description": "Discarded",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_partition_not_found_or_parked_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/cursor_superseded_or_replaying"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/webhook/verify": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "verifyWebhook",
        "tags": [
          "webhooks"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Have an endpoint prove that it wants events",
        "description": "Takes no body, or an empty object. Sends the endpoint of a `pending` webhook one signed request with a challenge; an answer 2xx whose body is the challenge, or `{\"challenge\": …}`, makes it `active`. Else it stays `pending`, and `reason` says why. In any other state nothing is sent.",
        "responses": {
          "200": {
            "description": "The state of the webhook",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/WebhookVerification"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_webhook_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/webhook/rotate": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "rotateWebhookSecret",
        "tags": [
          "webhooks"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Make a new secret",
        "description": "Takes no body, or an empty object. The new secret signs from now on; the one before signs too for 24 hours, and any older one no longer.",
        "responses": {
          "200": {
            "description": "The new secret, shown this once",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/WebhookSecret"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_webhook_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/streams/{stream}/subscriptions/{subscription}/webhook/resume": {
      "parameters": [
        {
          "$ref": "#/components/parameters/stream"
        },
        {
          "$ref": "#/components/parameters/subscription"
        }
      ],
      "post": {
        "operationId": "resumeWebhook",
        "tags": [
          "webhooks"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Send everything again",
        "description": "Takes no body, or an empty object. Makes a `failing` or `disabled` webhook `active`; what waited in the log is sent. In any other state nothing changes.",
        "responses": {
          "200": {
            "description": "The state of the webhook",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/WebhookHealth"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/stream_not_found_or_subscription_not_found_or_webhook_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/keys": {
      "get": {
        "operationId": "listKeys",
        "tags": [
          "keys"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "List API keys",
        "description": "Without their secrets. Expired keys are listed for 30 days. Needs `admin` on `*`.",
        "parameters": [
          {
            "$ref": "#/components/parameters/limit"
          },
          {
            "$ref": "#/components/parameters/next"
          }
        ],
        "responses": {
          "200": {
            "description": "A page of API keys",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ApiKeyList"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/keys_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      },
      "post": {
        "operationId": "createKey",
        "tags": [
          "keys"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Make an API key",
        "description": "The key is in this answer and nowhere else: the ledger keeps only its SHA-256. Needs `admin` on `*`.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ApiKeyCreation"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The new key",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/NewApiKey"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/keys_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/keys/{key_id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/keyId"
        }
      ],
      "delete": {
        "operationId": "revokeKey",
        "tags": [
          "keys"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Revoke an API key",
        "description": "It is refused everywhere within 60 seconds. Needs `admin` on `*`.",
        "responses": {
          "200": {
            "description": "Revoked",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Success"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/api_key_not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "409": {
            "$ref": "#/components/responses/keys_disabled"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/accept-clock": {
      "post": {
        "operationId": "acceptClock",
        "tags": [
          "server"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Accept the clock on the operator's word",
        "description": "Takes no body, or an empty object. The way out of `clock_suspect`: what the clock of the answering process says is right. The table's other processes hold their clocks against that within a minute. Needs `admin` on `*`.",
        "responses": {
          "200": {
            "description": "What the clock says",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AcceptedClock"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "415": {
            "$ref": "#/components/responses/unsupported_media_type"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/outcome_unknown_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/health": {
      "get": {
        "operationId": "health",
        "tags": [
          "server"
        ],
        "security": [],
        "summary": "Is the server up, and does it take changes?",
        "responses": {
          "200": {
            "description": "The server answers, and takes changes as far as it knows. Not so, with 503: `unavailable`: after a failed fsync it takes none until it is restarted; `storage_full`: there is no room; `clock_suspect`: no event is stamped. Reads go on.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Health"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/clock_suspect_or_storage_full_or_unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/openapi.json": {
      "get": {
        "operationId": "openapi",
        "tags": [
          "server"
        ],
        "security": [],
        "summary": "This document",
        "responses": {
          "200": {
            "description": "The OpenAPI document",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "required": [
                    "openapi",
                    "info",
                    "paths"
                  ]
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    },
    "/metrics": {
      "get": {
        "operationId": "metrics",
        "tags": [
          "server"
        ],
        "security": [
          {
            "apiKey": [
              "admin"
            ]
          }
        ],
        "summary": "Metrics in the Prometheus text format",
        "description": "In server mode only; elsewhere 404 `not_found`.",
        "responses": {
          "200": {
            "description": "Metrics",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/validation_error_or_malformed_request"
          },
          "401": {
            "$ref": "#/components/responses/unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/forbidden"
          },
          "404": {
            "$ref": "#/components/responses/not_found"
          },
          "408": {
            "$ref": "#/components/responses/request_timeout"
          },
          "413": {
            "$ref": "#/components/responses/payload_too_large"
          },
          "414": {
            "$ref": "#/components/responses/uri_too_long"
          },
          "417": {
            "$ref": "#/components/responses/expectation_failed"
          },
          "429": {
            "$ref": "#/components/responses/too_many_requests"
          },
          "431": {
            "$ref": "#/components/responses/headers_too_large"
          },
          "500": {
            "$ref": "#/components/responses/internal_error"
          },
          "501": {
            "$ref": "#/components/responses/unsupported_transfer_encoding"
          },
          "503": {
            "$ref": "#/components/responses/unavailable_or_overloaded"
          },
          "505": {
            "$ref": "#/components/responses/http_version_not_supported"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "elk_<id>_<secret>",
        "description": "An API key. Its scopes are actions (`admin`, `publish`, `consume`) on streams. A server that runs without keys asks for none."
      }
    },
    "parameters": {
      "stream": {
        "name": "stream",
        "in": "path",
        "required": true,
        "description": "The stream's name.",
        "schema": {
          "$ref": "#/components/schemas/StreamId"
        },
        "example": "orders"
      },
      "subscription": {
        "name": "subscription",
        "in": "path",
        "required": true,
        "description": "The subscription's name.",
        "schema": {
          "$ref": "#/components/schemas/SubscriptionId"
        },
        "example": "shipping-service"
      },
      "key": {
        "name": "key",
        "in": "path",
        "required": true,
        "description": "The event key, percent-encoded. It may contain slashes.",
        "schema": {
          "$ref": "#/components/schemas/EventKey"
        },
        "example": "order-1"
      },
      "keyQuery": {
        "name": "key",
        "in": "query",
        "description": "An event key: answer with its one event instead of a page.",
        "schema": {
          "$ref": "#/components/schemas/EventKey"
        }
      },
      "limit": {
        "name": "limit",
        "in": "query",
        "description": "At most this many entries. Digits only.",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000,
          "default": 100
        }
      },
      "next": {
        "name": "next",
        "in": "query",
        "description": "`next` of the page before.",
        "schema": {
          "$ref": "#/components/schemas/PageToken"
        }
      },
      "partition": {
        "name": "partition",
        "in": "query",
        "description": "Which partition to read. Needed when the stream has more than one. Digits only.",
        "schema": {
          "$ref": "#/components/schemas/Partition"
        }
      },
      "partitionPath": {
        "name": "partition",
        "in": "path",
        "required": true,
        "description": "Which partition. Digits only.",
        "schema": {
          "$ref": "#/components/schemas/Partition"
        }
      },
      "parkedPartition": {
        "name": "partition",
        "in": "query",
        "description": "Only events of this partition; left out: of all. Digits only.",
        "schema": {
          "$ref": "#/components/schemas/Partition"
        }
      },
      "offset": {
        "name": "offset",
        "in": "path",
        "required": true,
        "description": "The event's offset. Digits only.",
        "schema": {
          "$ref": "#/components/schemas/Offset"
        }
      },
      "at": {
        "name": "at",
        "in": "query",
        "description": "The head as it was when the next offset was this one: a `next_offset` of an earlier answer. Digits only.",
        "schema": {
          "$ref": "#/components/schemas/Offset"
        }
      },
      "last": {
        "name": "last",
        "in": "query",
        "description": "Begin so many events before the end of each partition that is read, but after what has expired.",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000
        }
      },
      "readCursor": {
        "name": "cursor",
        "in": "query",
        "description": "Go on where the page ended that came with this cursor.",
        "schema": {
          "$ref": "#/components/schemas/ReadCursor"
        }
      },
      "keyFilter": {
        "name": "key",
        "in": "query",
        "description": "Only events with this key; its partition is the only one that is read.",
        "schema": {
          "$ref": "#/components/schemas/EventKey"
        }
      },
      "typeFilter": {
        "name": "type",
        "in": "query",
        "description": "Only events of this type, or with a `*` at its end of the types that begin so.",
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "examples": {
          "type": {
            "value": "order.created"
          },
          "beginning": {
            "value": "order.*"
          }
        }
      },
      "from": {
        "name": "from",
        "in": "query",
        "description": "An offset (digits only; of one partition), `earliest`, `latest`, or an RFC 3339 time. A `+` in the query is a plus.",
        "schema": {
          "type": "string",
          "default": "earliest"
        },
        "examples": {
          "offset": {
            "value": "42"
          },
          "earliest": {
            "value": "earliest"
          },
          "time": {
            "value": "2026-11-21T01:00:00Z"
          }
        }
      },
      "wait": {
        "name": "wait",
        "in": "query",
        "description": "Seconds to wait for events when there are none. Decimals are allowed.",
        "schema": {
          "type": "number",
          "minimum": 0,
          "maximum": 20,
          "default": 0
        }
      },
      "cursor": {
        "name": "cursor",
        "in": "query",
        "description": "Go on after this cursor, without committing it.",
        "schema": {
          "$ref": "#/components/schemas/Cursor"
        }
      },
      "member": {
        "name": "member",
        "in": "query",
        "description": "The member of the subscription's group that polls; unique, so best with random characters in it.",
        "schema": {
          "$ref": "#/components/schemas/MemberName"
        }
      },
      "session": {
        "name": "session",
        "in": "query",
        "description": "Seconds for which the member counts after this call. Digits only. Needs `member`.",
        "schema": {
          "type": "integer",
          "minimum": 10,
          "maximum": 300,
          "default": 45
        }
      },
      "memberPath": {
        "name": "member",
        "in": "path",
        "required": true,
        "description": "The member's name.",
        "schema": {
          "$ref": "#/components/schemas/MemberName"
        }
      },
      "ack": {
        "name": "ack",
        "in": "query",
        "description": "`events` names every event in the answer, `summary` only ranges of offsets.",
        "schema": {
          "type": "string",
          "enum": [
            "events",
            "summary"
          ],
          "default": "events"
        }
      },
      "idempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "1 to 255 printable ASCII characters. A publish retried with the same key and body within 24 hours is stored once and gets the same answer.",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255,
          "pattern": "^[ -~]{1,255}$"
        },
        "example": "5f0c4a5e-0001"
      },
      "contentEncoding": {
        "name": "Content-Encoding",
        "in": "header",
        "description": "How the body is compressed.",
        "schema": {
          "type": "string",
          "enum": [
            "gzip",
            "zstd"
          ]
        }
      },
      "keyId": {
        "name": "key_id",
        "in": "path",
        "required": true,
        "description": "The id of the API key.",
        "schema": {
          "$ref": "#/components/schemas/ApiKeyId"
        },
        "example": "0f3a9c5e7b1d2468"
      },
      "lastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "required": false,
        "schema": {
          "type": "string"
        },
        "description": "With `Accept: text/event-stream`: the id of the last event that came, which a browser sends by itself when it comes back. It goes before `cursor`, `from` and `last`."
      }
    },
    "headers": {
      "RetryAfter": {
        "description": "Seconds to wait before trying again; absent where that would not help.",
        "required": false,
        "schema": {
          "type": "integer",
          "minimum": 0
        }
      },
      "Allow": {
        "description": "The methods of the path.",
        "required": true,
        "schema": {
          "type": "string"
        },
        "example": "GET, POST"
      },
      "Authenticate": {
        "description": "How to authenticate: `Bearer`.",
        "required": true,
        "schema": {
          "type": "string"
        },
        "example": "Bearer"
      }
    },
    "responses": {
      "api_key_not_found": {
        "description": "`api_key_not_found`: There is no such API key.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "api_key_not_found"
                  ]
                }
              }
            },
            "examples": {
              "api_key_not_found": {
                "$ref": "#/components/examples/api_key_not_found"
              }
            }
          }
        }
      },
      "clock_suspect_or_storage_full_or_unavailable_or_overloaded": {
        "description": "`clock_suspect`: The clock of the ledger's machine is so far ahead of all times that the ledger has seen that no event is stamped by it. Nothing was stored. It is believed when it has stood for an hour, see Retry-After, or when an operator accepts it with accept-clock. `storage_full`: The disk is full. The message says whether the change may have been made. `unavailable`: The storage cannot be reached, or the server is stopping. `overloaded`: The server has more requests than it can take.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "clock_suspect",
                    "storage_full",
                    "unavailable",
                    "overloaded"
                  ]
                }
              }
            },
            "examples": {
              "clock_suspect": {
                "$ref": "#/components/examples/clock_suspect"
              },
              "storage_full": {
                "$ref": "#/components/examples/storage_full"
              },
              "unavailable": {
                "$ref": "#/components/examples/unavailable"
              },
              "overloaded": {
                "$ref": "#/components/examples/overloaded"
              }
            }
          }
        }
      },
      "compaction_disabled": {
        "description": "`compaction_disabled`: The stream was created without compaction.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "compaction_disabled"
                  ]
                }
              }
            },
            "examples": {
              "compaction_disabled": {
                "$ref": "#/components/examples/compaction_disabled"
              }
            }
          }
        }
      },
      "cursor_superseded_or_position_beyond_tail_or_lease_lost_or_partition_leased_or_wrong_delivery_mode": {
        "description": "`cursor_superseded`: The subscription was moved since the cursor or the lease was given. Poll again without one, or receive anew. `position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on. `lease_lost`: Other members of the group have taken partitions of the cursor over: nothing of those in `details.lost` was changed, those in `details.committed` are committed. Go on with the cursor of the next poll. `partition_leased`: The cursor is of no member, and a member of the subscription's group holds a partition of it. Nothing of that partition was changed; others may be committed. `wrong_delivery_mode`: The subscription's events are acknowledged in the other way: one by one with `receive` and `ack`, or by cursors with `poll`, `commit` and members.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "cursor_superseded",
                    "position_beyond_tail",
                    "lease_lost",
                    "partition_leased",
                    "wrong_delivery_mode"
                  ]
                }
              }
            },
            "examples": {
              "cursor_superseded": {
                "$ref": "#/components/examples/cursor_superseded"
              },
              "position_beyond_tail": {
                "$ref": "#/components/examples/position_beyond_tail"
              },
              "lease_lost": {
                "$ref": "#/components/examples/lease_lost"
              },
              "partition_leased": {
                "$ref": "#/components/examples/partition_leased"
              },
              "wrong_delivery_mode": {
                "$ref": "#/components/examples/wrong_delivery_mode"
              }
            }
          }
        }
      },
      "cursor_superseded_or_position_beyond_tail_or_too_many_members_or_wrong_delivery_mode": {
        "description": "`cursor_superseded`: The subscription was moved since the cursor or the lease was given. Poll again without one, or receive anew. `position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on. `too_many_members`: The subscription's group has as many members as it may have. Nothing was changed. `wrong_delivery_mode`: The subscription's events are acknowledged in the other way: one by one with `receive` and `ack`, or by cursors with `poll`, `commit` and members.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "cursor_superseded",
                    "position_beyond_tail",
                    "too_many_members",
                    "wrong_delivery_mode"
                  ]
                }
              }
            },
            "examples": {
              "cursor_superseded": {
                "$ref": "#/components/examples/cursor_superseded"
              },
              "position_beyond_tail": {
                "$ref": "#/components/examples/position_beyond_tail"
              },
              "too_many_members": {
                "$ref": "#/components/examples/too_many_members"
              },
              "wrong_delivery_mode": {
                "$ref": "#/components/examples/wrong_delivery_mode"
              }
            }
          }
        }
      },
      "cursor_superseded_or_position_beyond_tail_or_wrong_delivery_mode": {
        "description": "`cursor_superseded`: The subscription was moved since the cursor or the lease was given. Poll again without one, or receive anew. `position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on. `wrong_delivery_mode`: The subscription's events are acknowledged in the other way: one by one with `receive` and `ack`, or by cursors with `poll`, `commit` and members.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "cursor_superseded",
                    "position_beyond_tail",
                    "wrong_delivery_mode"
                  ]
                }
              }
            },
            "examples": {
              "cursor_superseded": {
                "$ref": "#/components/examples/cursor_superseded"
              },
              "position_beyond_tail": {
                "$ref": "#/components/examples/position_beyond_tail"
              },
              "wrong_delivery_mode": {
                "$ref": "#/components/examples/wrong_delivery_mode"
              }
            }
          }
        }
      },
      "cursor_superseded_or_replaying": {
        "description": "`cursor_superseded`: The subscription was moved since the cursor or the lease was given. Poll again without one, or receive anew. `replaying`: The parked event is being delivered again, so it can't be discarded.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "cursor_superseded",
                    "replaying"
                  ]
                }
              }
            },
            "examples": {
              "cursor_superseded": {
                "$ref": "#/components/examples/cursor_superseded"
              },
              "replaying": {
                "$ref": "#/components/examples/replaying"
              }
            }
          }
        }
      },
      "cursor_superseded_or_wrong_delivery_mode": {
        "description": "`cursor_superseded`: The subscription was moved since the cursor or the lease was given. Poll again without one, or receive anew. `wrong_delivery_mode`: The subscription's events are acknowledged in the other way: one by one with `receive` and `ack`, or by cursors with `poll`, `commit` and members.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "cursor_superseded",
                    "wrong_delivery_mode"
                  ]
                }
              }
            },
            "examples": {
              "cursor_superseded": {
                "$ref": "#/components/examples/cursor_superseded"
              },
              "wrong_delivery_mode": {
                "$ref": "#/components/examples/wrong_delivery_mode"
              }
            }
          }
        }
      },
      "expectation_failed": {
        "description": "`expectation_failed`: `Expect` asks for something other than 100-continue.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "expectation_failed"
                  ]
                }
              }
            },
            "examples": {
              "expectation_failed": {
                "$ref": "#/components/examples/expectation_failed"
              }
            }
          }
        }
      },
      "forbidden": {
        "description": "`forbidden`: The API key lacks a scope, which `details` names. Or, from a server without keys: the request came by way of a web page or for another host.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "forbidden"
                  ]
                }
              }
            },
            "examples": {
              "forbidden": {
                "$ref": "#/components/examples/forbidden"
              }
            }
          }
        }
      },
      "headers_too_large": {
        "description": "`headers_too_large`: The request's header block is too large.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "headers_too_large"
                  ]
                }
              }
            },
            "examples": {
              "headers_too_large": {
                "$ref": "#/components/examples/headers_too_large"
              }
            }
          }
        }
      },
      "http_version_not_supported": {
        "description": "`http_version_not_supported`: Neither HTTP/1.1 nor HTTP/1.0. A retry does not help.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "http_version_not_supported"
                  ]
                }
              }
            },
            "examples": {
              "http_version_not_supported": {
                "$ref": "#/components/examples/http_version_not_supported"
              }
            }
          }
        }
      },
      "idempotency_key_reused": {
        "description": "`idempotency_key_reused`: The Idempotency-Key was used with another body within 24 hours. Nothing was stored.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "idempotency_key_reused"
                  ]
                }
              }
            },
            "examples": {
              "idempotency_key_reused": {
                "$ref": "#/components/examples/idempotency_key_reused"
              }
            }
          }
        }
      },
      "internal_error": {
        "description": "`internal_error`: An unexpected error in the server. The message says so where a change may have been made.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "internal_error"
                  ]
                }
              }
            },
            "examples": {
              "internal_error": {
                "$ref": "#/components/examples/internal_error"
              }
            }
          }
        }
      },
      "internal_error_or_corrupt_chunk": {
        "description": "`internal_error`: An unexpected error in the server. The message says so where a change may have been made. `corrupt_chunk`: Stored data failed its checks. It is never skipped. `details` says where.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "internal_error",
                    "corrupt_chunk"
                  ]
                }
              }
            },
            "examples": {
              "internal_error": {
                "$ref": "#/components/examples/internal_error"
              },
              "corrupt_chunk": {
                "$ref": "#/components/examples/corrupt_chunk"
              }
            }
          }
        }
      },
      "keys_disabled": {
        "description": "`keys_disabled`: The server runs without API keys.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "keys_disabled"
                  ]
                }
              }
            },
            "examples": {
              "keys_disabled": {
                "$ref": "#/components/examples/keys_disabled"
              }
            }
          }
        }
      },
      "method_not_allowed": {
        "description": "`method_not_allowed`: The path exists, the method does not. `Allow` lists those that do.",
        "headers": {
          "Allow": {
            "$ref": "#/components/headers/Allow"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "method_not_allowed"
                  ]
                }
              }
            },
            "examples": {
              "method_not_allowed": {
                "$ref": "#/components/examples/method_not_allowed"
              }
            }
          }
        }
      },
      "not_found": {
        "description": "`not_found`: No such path.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "not_found"
                  ]
                }
              }
            },
            "examples": {
              "not_found": {
                "$ref": "#/components/examples/not_found"
              }
            }
          }
        }
      },
      "offset_conflict": {
        "description": "`offset_conflict`: The partition's next offset is not `expected_offset`; `details` has the actual one. Nothing was stored.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "offset_conflict"
                  ]
                }
              }
            },
            "examples": {
              "offset_conflict": {
                "$ref": "#/components/examples/offset_conflict"
              }
            }
          }
        }
      },
      "offset_expired": {
        "description": "`offset_expired`: What was asked for has expired. `details` has the earliest offset; seek to go on.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "offset_expired"
                  ]
                }
              }
            },
            "examples": {
              "offset_expired": {
                "$ref": "#/components/examples/offset_expired"
              }
            }
          }
        }
      },
      "offset_out_of_range": {
        "description": "`offset_out_of_range`: The offset is beyond the tail. `details` has the next offset.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "offset_out_of_range"
                  ]
                }
              }
            },
            "examples": {
              "offset_out_of_range": {
                "$ref": "#/components/examples/offset_out_of_range"
              }
            }
          }
        }
      },
      "outcome_unknown_or_partial_publish_or_tail_unverified_or_clock_suspect_or_storage_full_or_unavailable_or_overloaded": {
        "description": "`outcome_unknown`: The write may or may not have been stored. A retry with an Idempotency-Key is safe. `partial_publish`: Some partitions of the batch were stored and others were not, or it is not known; `details` lists all. A retry with the same Idempotency-Key stores the rest. `tail_unverified`: The end of a partition cannot be proven. An operator can accept it with accept-tail. `clock_suspect`: The clock of the ledger's machine is so far ahead of all times that the ledger has seen that no event is stamped by it. Nothing was stored. It is believed when it has stood for an hour, see Retry-After, or when an operator accepts it with accept-clock. `storage_full`: The disk is full. The message says whether the change may have been made. `unavailable`: The storage cannot be reached, or the server is stopping. `overloaded`: The server has more requests than it can take.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "outcome_unknown",
                    "partial_publish",
                    "tail_unverified",
                    "clock_suspect",
                    "storage_full",
                    "unavailable",
                    "overloaded"
                  ]
                }
              }
            },
            "examples": {
              "outcome_unknown": {
                "$ref": "#/components/examples/outcome_unknown"
              },
              "partial_publish": {
                "$ref": "#/components/examples/partial_publish"
              },
              "tail_unverified": {
                "$ref": "#/components/examples/tail_unverified"
              },
              "clock_suspect": {
                "$ref": "#/components/examples/clock_suspect"
              },
              "storage_full": {
                "$ref": "#/components/examples/storage_full"
              },
              "unavailable": {
                "$ref": "#/components/examples/unavailable"
              },
              "overloaded": {
                "$ref": "#/components/examples/overloaded"
              }
            }
          }
        }
      },
      "outcome_unknown_or_storage_full_or_unavailable_or_overloaded": {
        "description": "`outcome_unknown`: The write may or may not have been stored. A retry with an Idempotency-Key is safe. `storage_full`: The disk is full. The message says whether the change may have been made. `unavailable`: The storage cannot be reached, or the server is stopping. `overloaded`: The server has more requests than it can take.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "outcome_unknown",
                    "storage_full",
                    "unavailable",
                    "overloaded"
                  ]
                }
              }
            },
            "examples": {
              "outcome_unknown": {
                "$ref": "#/components/examples/outcome_unknown"
              },
              "storage_full": {
                "$ref": "#/components/examples/storage_full"
              },
              "unavailable": {
                "$ref": "#/components/examples/unavailable"
              },
              "overloaded": {
                "$ref": "#/components/examples/overloaded"
              }
            }
          }
        }
      },
      "outcome_unknown_or_tail_unverified_or_storage_full_or_unavailable_or_overloaded": {
        "description": "`outcome_unknown`: The write may or may not have been stored. A retry with an Idempotency-Key is safe. `tail_unverified`: The end of a partition cannot be proven. An operator can accept it with accept-tail. `storage_full`: The disk is full. The message says whether the change may have been made. `unavailable`: The storage cannot be reached, or the server is stopping. `overloaded`: The server has more requests than it can take.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "outcome_unknown",
                    "tail_unverified",
                    "storage_full",
                    "unavailable",
                    "overloaded"
                  ]
                }
              }
            },
            "examples": {
              "outcome_unknown": {
                "$ref": "#/components/examples/outcome_unknown"
              },
              "tail_unverified": {
                "$ref": "#/components/examples/tail_unverified"
              },
              "storage_full": {
                "$ref": "#/components/examples/storage_full"
              },
              "unavailable": {
                "$ref": "#/components/examples/unavailable"
              },
              "overloaded": {
                "$ref": "#/components/examples/overloaded"
              }
            }
          }
        }
      },
      "payload_too_large": {
        "description": "`payload_too_large`: The body, an event or a batch is too large. `details` names the limit in bytes.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "payload_too_large"
                  ]
                }
              }
            },
            "examples": {
              "payload_too_large": {
                "$ref": "#/components/examples/payload_too_large"
              }
            }
          }
        }
      },
      "position_beyond_tail": {
        "description": "`position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "position_beyond_tail"
                  ]
                }
              }
            },
            "examples": {
              "position_beyond_tail": {
                "$ref": "#/components/examples/position_beyond_tail"
              }
            }
          }
        }
      },
      "position_beyond_tail_or_not_open": {
        "description": "`position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on. `not_open`: The event to be parked is finished, parked already, or was not handed out yet.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "position_beyond_tail",
                    "not_open"
                  ]
                }
              }
            },
            "examples": {
              "position_beyond_tail": {
                "$ref": "#/components/examples/position_beyond_tail"
              },
              "not_open": {
                "$ref": "#/components/examples/not_open"
              }
            }
          }
        }
      },
      "request_timeout": {
        "description": "`request_timeout`: The request did not arrive in time.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "request_timeout"
                  ]
                }
              }
            },
            "examples": {
              "request_timeout": {
                "$ref": "#/components/examples/request_timeout"
              }
            }
          }
        }
      },
      "stream_already_exists": {
        "description": "`stream_already_exists`: A stream of this name exists.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_already_exists"
                  ]
                }
              }
            },
            "examples": {
              "stream_already_exists": {
                "$ref": "#/components/examples/stream_already_exists"
              }
            }
          }
        }
      },
      "stream_not_found": {
        "description": "`stream_not_found`: No such stream.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              }
            }
          }
        }
      },
      "stream_not_found_or_key_not_found": {
        "description": "`stream_not_found`: No such stream. `key_not_found`: The compacted state has no such key.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found",
                    "key_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              },
              "key_not_found": {
                "$ref": "#/components/examples/key_not_found"
              }
            }
          }
        }
      },
      "stream_not_found_or_partition_not_found": {
        "description": "`stream_not_found`: No such stream. `partition_not_found`: The stream has no such partition.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found",
                    "partition_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              },
              "partition_not_found": {
                "$ref": "#/components/examples/partition_not_found"
              }
            }
          }
        }
      },
      "stream_not_found_or_subscription_not_found": {
        "description": "`stream_not_found`: No such stream. `subscription_not_found`: No such subscription.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found",
                    "subscription_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              },
              "subscription_not_found": {
                "$ref": "#/components/examples/subscription_not_found"
              }
            }
          }
        }
      },
      "stream_not_found_or_subscription_not_found_or_partition_not_found": {
        "description": "`stream_not_found`: No such stream. `subscription_not_found`: No such subscription. `partition_not_found`: The stream has no such partition.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found",
                    "subscription_not_found",
                    "partition_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              },
              "subscription_not_found": {
                "$ref": "#/components/examples/subscription_not_found"
              },
              "partition_not_found": {
                "$ref": "#/components/examples/partition_not_found"
              }
            }
          }
        }
      },
      "stream_not_found_or_subscription_not_found_or_partition_not_found_or_parked_not_found": {
        "description": "`stream_not_found`: No such stream. `subscription_not_found`: No such subscription. `partition_not_found`: The stream has no such partition. `parked_not_found`: No event is parked at this place.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found",
                    "subscription_not_found",
                    "partition_not_found",
                    "parked_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              },
              "subscription_not_found": {
                "$ref": "#/components/examples/subscription_not_found"
              },
              "partition_not_found": {
                "$ref": "#/components/examples/partition_not_found"
              },
              "parked_not_found": {
                "$ref": "#/components/examples/parked_not_found"
              }
            }
          }
        }
      },
      "stream_not_found_or_subscription_not_found_or_webhook_not_found": {
        "description": "`stream_not_found`: No such stream. `subscription_not_found`: No such subscription. `webhook_not_found`: The subscription has no webhook.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "stream_not_found",
                    "subscription_not_found",
                    "webhook_not_found"
                  ]
                }
              }
            },
            "examples": {
              "stream_not_found": {
                "$ref": "#/components/examples/stream_not_found"
              },
              "subscription_not_found": {
                "$ref": "#/components/examples/subscription_not_found"
              },
              "webhook_not_found": {
                "$ref": "#/components/examples/webhook_not_found"
              }
            }
          }
        }
      },
      "subscription_already_exists_or_too_many_webhooks_or_compaction_disabled": {
        "description": "`subscription_already_exists`: A subscription of this name exists. `too_many_webhooks`: The ledger has as many webhooks as it may have. Nothing was changed. `compaction_disabled`: The stream was created without compaction.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "subscription_already_exists",
                    "too_many_webhooks",
                    "compaction_disabled"
                  ]
                }
              }
            },
            "examples": {
              "subscription_already_exists": {
                "$ref": "#/components/examples/subscription_already_exists"
              },
              "too_many_webhooks": {
                "$ref": "#/components/examples/too_many_webhooks"
              },
              "compaction_disabled": {
                "$ref": "#/components/examples/compaction_disabled"
              }
            }
          }
        }
      },
      "tail_unverified_or_unavailable_or_overloaded": {
        "description": "`tail_unverified`: The end of a partition cannot be proven. An operator can accept it with accept-tail. `unavailable`: The storage cannot be reached, or the server is stopping. `overloaded`: The server has more requests than it can take.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "tail_unverified",
                    "unavailable",
                    "overloaded"
                  ]
                }
              }
            },
            "examples": {
              "tail_unverified": {
                "$ref": "#/components/examples/tail_unverified"
              },
              "unavailable": {
                "$ref": "#/components/examples/unavailable"
              },
              "overloaded": {
                "$ref": "#/components/examples/overloaded"
              }
            }
          }
        }
      },
      "too_many_members_or_wrong_delivery_mode": {
        "description": "`too_many_members`: The subscription's group has as many members as it may have. Nothing was changed. `wrong_delivery_mode`: The subscription's events are acknowledged in the other way: one by one with `receive` and `ack`, or by cursors with `poll`, `commit` and members.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "too_many_members",
                    "wrong_delivery_mode"
                  ]
                }
              }
            },
            "examples": {
              "too_many_members": {
                "$ref": "#/components/examples/too_many_members"
              },
              "wrong_delivery_mode": {
                "$ref": "#/components/examples/wrong_delivery_mode"
              }
            }
          }
        }
      },
      "too_many_requests": {
        "description": "`too_many_requests`: More requests than this API key may make. Retry after the time in Retry-After.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "too_many_requests"
                  ]
                }
              }
            },
            "examples": {
              "too_many_requests": {
                "$ref": "#/components/examples/too_many_requests"
              }
            }
          }
        }
      },
      "too_many_webhooks": {
        "description": "`too_many_webhooks`: The ledger has as many webhooks as it may have. Nothing was changed.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "too_many_webhooks"
                  ]
                }
              }
            },
            "examples": {
              "too_many_webhooks": {
                "$ref": "#/components/examples/too_many_webhooks"
              }
            }
          }
        }
      },
      "unauthorized": {
        "description": "`unauthorized`: No valid API key came with the request: it is missing, malformed, unknown, revoked or expired.",
        "headers": {
          "WWW-Authenticate": {
            "$ref": "#/components/headers/Authenticate"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "unauthorized"
                  ]
                }
              }
            },
            "examples": {
              "unauthorized": {
                "$ref": "#/components/examples/unauthorized"
              }
            }
          }
        }
      },
      "unavailable_or_overloaded": {
        "description": "`unavailable`: The storage cannot be reached, or the server is stopping. `overloaded`: The server has more requests than it can take.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "unavailable",
                    "overloaded"
                  ]
                }
              }
            },
            "examples": {
              "unavailable": {
                "$ref": "#/components/examples/unavailable"
              },
              "overloaded": {
                "$ref": "#/components/examples/overloaded"
              }
            }
          }
        }
      },
      "unsupported_media_type": {
        "description": "`unsupported_media_type`: Content-Type or Content-Encoding is not one this path takes.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "unsupported_media_type"
                  ]
                }
              }
            },
            "examples": {
              "unsupported_media_type": {
                "$ref": "#/components/examples/unsupported_media_type"
              }
            }
          }
        }
      },
      "unsupported_transfer_encoding": {
        "description": "`unsupported_transfer_encoding`: A transfer coding other than chunked. A retry does not help.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "unsupported_transfer_encoding"
                  ]
                }
              }
            },
            "examples": {
              "unsupported_transfer_encoding": {
                "$ref": "#/components/examples/unsupported_transfer_encoding"
              }
            }
          }
        }
      },
      "uri_too_long": {
        "description": "`uri_too_long`: The request's path and query are too long.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "uri_too_long"
                  ]
                }
              }
            },
            "examples": {
              "uri_too_long": {
                "$ref": "#/components/examples/uri_too_long"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_event_key": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name. `invalid_event_key`: The event key is empty, too long or not valid text.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id",
                    "invalid_event_key"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              },
              "invalid_event_key": {
                "$ref": "#/components/examples/invalid_event_key"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_event_key_or_invalid_cursor": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name. `invalid_event_key`: The event key is empty, too long or not valid text. `invalid_cursor`: The cursor is malformed, altered, or of another stream or subscription.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id",
                    "invalid_event_key",
                    "invalid_cursor"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              },
              "invalid_event_key": {
                "$ref": "#/components/examples/invalid_event_key"
              },
              "invalid_cursor": {
                "$ref": "#/components/examples/invalid_cursor"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name. `invalid_subscription_id`: The subscription's name is not a valid name.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id",
                    "invalid_subscription_id"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              },
              "invalid_subscription_id": {
                "$ref": "#/components/examples/invalid_subscription_id"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_invalid_cursor": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name. `invalid_subscription_id`: The subscription's name is not a valid name. `invalid_cursor`: The cursor is malformed, altered, or of another stream or subscription.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id",
                    "invalid_subscription_id",
                    "invalid_cursor"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              },
              "invalid_subscription_id": {
                "$ref": "#/components/examples/invalid_subscription_id"
              },
              "invalid_cursor": {
                "$ref": "#/components/examples/invalid_cursor"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_invalid_lease": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name. `invalid_subscription_id`: The subscription's name is not a valid name. `invalid_lease`: The lease is malformed or belongs to another subscription.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id",
                    "invalid_subscription_id",
                    "invalid_lease"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              },
              "invalid_subscription_id": {
                "$ref": "#/components/examples/invalid_subscription_id"
              },
              "invalid_lease": {
                "$ref": "#/components/examples/invalid_lease"
              }
            }
          }
        }
      },
      "validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id_or_webhook_url_refused": {
        "description": "`validation_error`: The request breaks a rule: an unknown, repeated, missing or ill-typed field or parameter, or a limit. `details` names the field and the limit. `malformed_request`: The request is not HTTP as it should be. The connection is closed. `invalid_stream_id`: The stream's name is not a valid name. `invalid_subscription_id`: The subscription's name is not a valid name. `webhook_url_refused`: No webhook may go to this address. Nothing was changed.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "validation_error",
                    "malformed_request",
                    "invalid_stream_id",
                    "invalid_subscription_id",
                    "webhook_url_refused"
                  ]
                }
              }
            },
            "examples": {
              "validation_error": {
                "$ref": "#/components/examples/validation_error"
              },
              "malformed_request": {
                "$ref": "#/components/examples/malformed_request"
              },
              "invalid_stream_id": {
                "$ref": "#/components/examples/invalid_stream_id"
              },
              "invalid_subscription_id": {
                "$ref": "#/components/examples/invalid_subscription_id"
              },
              "webhook_url_refused": {
                "$ref": "#/components/examples/webhook_url_refused"
              }
            }
          }
        }
      },
      "wrong_delivery_mode": {
        "description": "`wrong_delivery_mode`: The subscription's events are acknowledged in the other way: one by one with `receive` and `ack`, or by cursors with `poll`, `commit` and members.",
        "content": {
          "application/json": {
            "schema": {
              "allOf": [
                {
                  "$ref": "#/components/schemas/Error"
                }
              ],
              "properties": {
                "error": {
                  "enum": [
                    "wrong_delivery_mode"
                  ]
                }
              }
            },
            "examples": {
              "wrong_delivery_mode": {
                "$ref": "#/components/examples/wrong_delivery_mode"
              }
            }
          }
        }
      }
    },
    "examples": {
      "validation_error": {
        "value": {
          "error": "validation_error",
          "message": "'limit' must be between 1 and 1000.",
          "details": {
            "field": "limit",
            "limit": 1000
          }
        }
      },
      "malformed_request": {
        "value": {
          "error": "malformed_request",
          "message": "the request line is malformed",
          "details": {}
        }
      },
      "invalid_stream_id": {
        "value": {
          "error": "invalid_stream_id",
          "message": "stream_id must be 1 to 249 letters, digits, '_', '.' or '-' of ASCII, the first no '.' or '-'; got \"a b\"",
          "details": {
            "field": "stream_id",
            "limit": 249
          }
        }
      },
      "invalid_subscription_id": {
        "value": {
          "error": "invalid_subscription_id",
          "message": "subscription_id must be 1 to 249 letters, digits, '_', '.' or '-' of ASCII, the first no '.' or '-'; got \"a b\"",
          "details": {
            "field": "subscription_id",
            "limit": 249
          }
        }
      },
      "invalid_event_key": {
        "value": {
          "error": "invalid_event_key",
          "message": "An event key has 1 to 512 bytes of UTF-8.",
          "details": {
            "field": "key",
            "limit": 512
          }
        }
      },
      "invalid_cursor": {
        "value": {
          "error": "invalid_cursor",
          "message": "This is not a cursor of this subscription.",
          "details": {
            "field": "cursor"
          }
        }
      },
      "invalid_lease": {
        "value": {
          "error": "invalid_lease",
          "message": "the lease is malformed or belongs to another subscription; use one that receive returned",
          "details": {
            "field": "lease"
          }
        }
      },
      "webhook_url_refused": {
        "value": {
          "error": "webhook_url_refused",
          "message": "webhook.url must have port 443, not 8080, unless this ledger allows its host and port",
          "details": {
            "field": "webhook.url"
          }
        }
      },
      "unauthorized": {
        "value": {
          "error": "unauthorized",
          "message": "this ledger needs an API key, sent as Authorization: Bearer elk_...",
          "details": {}
        }
      },
      "forbidden": {
        "value": {
          "error": "forbidden",
          "message": "the API key lacks the scope publish:orders",
          "details": {
            "missing_scope": "publish:orders"
          }
        }
      },
      "not_found": {
        "value": {
          "error": "not_found",
          "message": "There is nothing at this path.",
          "details": {}
        }
      },
      "stream_not_found": {
        "value": {
          "error": "stream_not_found",
          "message": "There is no stream 'orders'.",
          "details": {
            "stream_id": "orders"
          }
        }
      },
      "subscription_not_found": {
        "value": {
          "error": "subscription_not_found",
          "message": "Stream 'orders' has no subscription 'shipping-service'.",
          "details": {
            "subscription_id": "shipping-service"
          }
        }
      },
      "partition_not_found": {
        "value": {
          "error": "partition_not_found",
          "message": "Stream 'orders' has partitions 0 to 2.",
          "details": {
            "partition": 7
          }
        }
      },
      "key_not_found": {
        "value": {
          "error": "key_not_found",
          "message": "Stream 'orders' has no compacted event with this key.",
          "details": {}
        }
      },
      "api_key_not_found": {
        "value": {
          "error": "api_key_not_found",
          "message": "there is no API key \"0f3a9c5e7b1d2468\"",
          "details": {
            "key_id": "0f3a9c5e7b1d2468"
          }
        }
      },
      "parked_not_found": {
        "value": {
          "error": "parked_not_found",
          "message": "no event is parked at offset 42 of partition 0",
          "details": {
            "partition": 0,
            "offset": 42
          }
        }
      },
      "webhook_not_found": {
        "value": {
          "error": "webhook_not_found",
          "message": "subscription shipping-service has no webhook",
          "details": {
            "subscription_id": "shipping-service"
          }
        }
      },
      "method_not_allowed": {
        "value": {
          "error": "method_not_allowed",
          "message": "Use GET or POST here.",
          "details": {}
        }
      },
      "request_timeout": {
        "value": {
          "error": "request_timeout",
          "message": "The request did not arrive in time.",
          "details": {}
        }
      },
      "stream_already_exists": {
        "value": {
          "error": "stream_already_exists",
          "message": "Stream 'orders' exists.",
          "details": {
            "stream_id": "orders"
          }
        }
      },
      "subscription_already_exists": {
        "value": {
          "error": "subscription_already_exists",
          "message": "Stream 'orders' has a subscription 'shipping-service'.",
          "details": {
            "subscription_id": "shipping-service"
          }
        }
      },
      "offset_conflict": {
        "value": {
          "error": "offset_conflict",
          "message": "The next offset of partition 0 is 14, not 12.",
          "details": {
            "partition": 0,
            "next_offset": 14
          }
        }
      },
      "cursor_superseded": {
        "value": {
          "error": "cursor_superseded",
          "message": "the subscription was moved since this cursor or lease was given; poll again without one, or receive anew",
          "details": {}
        }
      },
      "position_beyond_tail": {
        "value": {
          "error": "position_beyond_tail",
          "message": "the position 50 lies beyond the end of partition 0, which is 20",
          "details": {
            "partition": 0,
            "position": 50,
            "next_offset": 20
          }
        }
      },
      "lease_lost": {
        "value": {
          "error": "lease_lost",
          "message": "other members have taken partitions of this cursor over, and details.lost says which: nothing of them was changed. Those in details.committed are committed",
          "details": {
            "lost": [
              2
            ],
            "committed": [
              0,
              1
            ]
          }
        }
      },
      "partition_leased": {
        "value": {
          "error": "partition_leased",
          "message": "member worker-1.5f3a9c2e of the subscription's group holds partition 0: nothing of it was changed. The cursor's other partitions may be committed",
          "details": {
            "partition": 0,
            "member": "worker-1.5f3a9c2e"
          }
        }
      },
      "too_many_members": {
        "value": {
          "error": "too_many_members",
          "message": "the group has 100 members; one must leave, or its session end",
          "details": {
            "limit": 100
          }
        }
      },
      "too_many_webhooks": {
        "value": {
          "error": "too_many_webhooks",
          "message": "the ledger has 100 webhooks; one must be removed before",
          "details": {
            "limit": 100
          }
        }
      },
      "wrong_delivery_mode": {
        "value": {
          "error": "wrong_delivery_mode",
          "message": "subscription shipping-service acknowledges its events in the other way: with mode events use receive and ack, else poll, commit and members",
          "details": {
            "subscription_id": "shipping-service"
          }
        }
      },
      "not_open": {
        "value": {
          "error": "not_open",
          "message": "offset 42 of partition 0 is finished, parked, or was not handed out yet: nothing was parked",
          "details": {
            "partition": 0,
            "offset": 42
          }
        }
      },
      "replaying": {
        "value": {
          "error": "replaying",
          "message": "offset 42 of partition 0 is being delivered again; acknowledge it instead",
          "details": {
            "partition": 0,
            "offset": 42
          }
        }
      },
      "compaction_disabled": {
        "value": {
          "error": "compaction_disabled",
          "message": "Stream 'orders' has no compacted state.",
          "details": {}
        }
      },
      "keys_disabled": {
        "value": {
          "error": "keys_disabled",
          "message": "This server runs without API keys.",
          "details": {}
        }
      },
      "offset_expired": {
        "value": {
          "error": "offset_expired",
          "message": "Offset 12 of partition 0 has expired; the earliest is 40.",
          "details": {
            "partition": 0,
            "earliest_offset": 40
          }
        }
      },
      "payload_too_large": {
        "value": {
          "error": "payload_too_large",
          "message": "A request body has at most 4194304 bytes.",
          "details": {
            "field": "body",
            "limit": 4194304
          }
        }
      },
      "uri_too_long": {
        "value": {
          "error": "uri_too_long",
          "message": "The path and query are too long.",
          "details": {}
        }
      },
      "unsupported_media_type": {
        "value": {
          "error": "unsupported_media_type",
          "message": "Send Content-Type: application/json.",
          "details": {}
        }
      },
      "offset_out_of_range": {
        "value": {
          "error": "offset_out_of_range",
          "message": "Partition 0 ends before offset 99; the next offset is 42.",
          "details": {
            "partition": 0,
            "next_offset": 42
          }
        }
      },
      "expectation_failed": {
        "value": {
          "error": "expectation_failed",
          "message": "the only expectation known here is 100-continue",
          "details": {}
        }
      },
      "idempotency_key_reused": {
        "value": {
          "error": "idempotency_key_reused",
          "message": "This Idempotency-Key was used with another body.",
          "details": {}
        }
      },
      "too_many_requests": {
        "value": {
          "error": "too_many_requests",
          "message": "Too many requests.",
          "details": {}
        }
      },
      "headers_too_large": {
        "value": {
          "error": "headers_too_large",
          "message": "The header block is too large.",
          "details": {}
        }
      },
      "internal_error": {
        "value": {
          "error": "internal_error",
          "message": "the ledger failed; nothing was changed. Its log says more",
          "details": {}
        }
      },
      "corrupt_chunk": {
        "value": {
          "error": "corrupt_chunk",
          "message": "A stored chunk failed its checks.",
          "details": {
            "stream_id": "orders",
            "partition": 0,
            "offset": 40
          }
        }
      },
      "unsupported_transfer_encoding": {
        "value": {
          "error": "unsupported_transfer_encoding",
          "message": "the only transfer coding known here is chunked",
          "details": {}
        }
      },
      "outcome_unknown": {
        "value": {
          "error": "outcome_unknown",
          "message": "The events may or may not have been stored. A retry with an Idempotency-Key is safe.",
          "details": {}
        }
      },
      "partial_publish": {
        "value": {
          "error": "partial_publish",
          "message": "some partitions' events may be stored; details.partitions says which. A retry with the same Idempotency-Key stores only the missing ones",
          "details": {
            "partitions": [
              {
                "partition": 0,
                "state": "stored",
                "first_offset": 42,
                "last_offset": 44
              },
              {
                "partition": 1,
                "state": "not_stored"
              }
            ]
          }
        }
      },
      "tail_unverified": {
        "value": {
          "error": "tail_unverified",
          "message": "The tail of partition 0 cannot be verified. POST /streams/orders/accept-tail accepts it.",
          "details": {
            "partition": 0
          }
        }
      },
      "clock_suspect": {
        "value": {
          "error": "clock_suspect",
          "message": "the clock of the ledger's machine is 216 hours ahead of all times that the ledger has seen, so nothing is stamped by it; nothing was stored. If it is right, POST /accept-clock says so, else it is believed when it has stood for 3540 seconds more",
          "details": {
            "ahead_seconds": 777600,
            "believed_in_seconds": 3540
          }
        }
      },
      "storage_full": {
        "value": {
          "error": "storage_full",
          "message": "the disk is full; nothing was changed",
          "details": {}
        }
      },
      "unavailable": {
        "value": {
          "error": "unavailable",
          "message": "The storage cannot be reached at the moment.",
          "details": {}
        }
      },
      "overloaded": {
        "value": {
          "error": "overloaded",
          "message": "The server is overloaded.",
          "details": {}
        }
      },
      "http_version_not_supported": {
        "value": {
          "error": "http_version_not_supported",
          "message": "only HTTP/1.1 and HTTP/1.0 are spoken here",
          "details": {}
        }
      }
    },
    "schemas": {
      "AcceptedClock": {
        "title": "Accepted clock",
        "type": "object",
        "properties": {
          "accepted": {
            "$ref": "#/components/schemas/Timestamp"
          }
        },
        "required": [
          "accepted"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "accepted": "2026-11-21T01:02:03.456Z"
          }
        ]
      },
      "AcknowledgementAnswer": {
        "title": "Effect of an acknowledgement",
        "type": "object",
        "properties": {
          "acknowledged": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that are finished by it."
          },
          "not_held": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "partition": {
                  "$ref": "#/components/schemas/Partition"
                },
                "offset": {
                  "$ref": "#/components/schemas/Offset"
                },
                "why": {
                  "enum": [
                    "lease_over",
                    "out_of_order",
                    "finished"
                  ],
                  "description": "`lease_over`: the lease does not hold it, perhaps not any more; somebody else may have it. `out_of_order`: an earlier event of its key is not finished, so it was given back. `finished`: it was done before, or parked."
                }
              },
              "required": [
                "partition",
                "offset",
                "why"
              ],
              "additionalProperties": false
            },
            "description": "Events that were named and of which nothing was changed, by partition and offset. It is no error: they come again, or are done."
          },
          "held": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that the lease still holds. 0: it is over, also for `extend`: what was not finished under it comes again."
          }
        },
        "required": [
          "acknowledged",
          "not_held",
          "held"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "acknowledged": 2,
            "not_held": [],
            "held": 0
          },
          {
            "acknowledged": 1,
            "not_held": [
              {
                "partition": 0,
                "offset": 43,
                "why": "out_of_order"
              }
            ],
            "held": 3
          }
        ]
      },
      "Acknowledgement": {
        "title": "Acknowledgement",
        "type": "object",
        "properties": {
          "lease": {
            "$ref": "#/components/schemas/Lease"
          },
          "ack": {
            "oneOf": [
              {
                "const": "all"
              },
              {
                "type": "array",
                "maxItems": 1000,
                "items": {
                  "$ref": "#/components/schemas/EventPlace"
                }
              }
            ],
            "description": "Events that are finished; `all`: those that the lease holds and that are not named elsewhere."
          },
          "nack": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "object",
              "properties": {
                "partition": {
                  "$ref": "#/components/schemas/Partition"
                },
                "offset": {
                  "$ref": "#/components/schemas/Offset"
                },
                "delay": {
                  "type": "number",
                  "minimum": 0,
                  "maximum": 86400,
                  "description": "Seconds until it is delivered again, decimals allowed; left out: as the back-off of the subscription says."
                },
                "reason": {
                  "type": "string",
                  "maxLength": 512,
                  "description": "For whoever looks why it failed; in bytes, at most 512. Of an event that is not parked the first 128 are kept."
                }
              },
              "required": [
                "partition",
                "offset"
              ],
              "additionalProperties": false
            },
            "description": "Events that failed. They come again, or are parked after the last delivery that is permitted. With order `key` later events of their key under this lease are given back, this delivery not counted."
          },
          "reject": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "object",
              "properties": {
                "partition": {
                  "$ref": "#/components/schemas/Partition"
                },
                "offset": {
                  "$ref": "#/components/schemas/Offset"
                },
                "reason": {
                  "type": "string",
                  "maxLength": 512,
                  "description": "For whoever looks why it is parked; in bytes, at most 512."
                }
              },
              "required": [
                "partition",
                "offset"
              ],
              "additionalProperties": false
            },
            "description": "Events that are parked at once: trying again would not help."
          },
          "release": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/EventPlace"
            },
            "description": "Events that are given back untried, as when a consumer stops: they come again at once, and this delivery does not count."
          },
          "extend": {
            "type": "integer",
            "minimum": 5,
            "description": "Seconds from now on for which the lease holds what it still holds. It lasts no longer than 12 hours from when its events were handed out; what goes beyond that is cut."
          }
        },
        "required": [
          "lease"
        ],
        "additionalProperties": false,
        "description": "What became of events that were received under one lease. At least one member beside the lease; at most 1,000 events, none twice.",
        "examples": [
          {
            "lease": "BAAAZk9TYm1fYmx1ZS1sZWFzZQ",
            "ack": "all"
          },
          {
            "lease": "BAAAZk9TYm1fYmx1ZS1sZWFzZQ",
            "ack": [
              {
                "partition": 0,
                "offset": 42
              }
            ],
            "nack": [
              {
                "partition": 0,
                "offset": 43,
                "delay": 2.5,
                "reason": "the mail server is down"
              }
            ],
            "reject": [
              {
                "partition": 1,
                "offset": 7,
                "reason": "no such user"
              }
            ],
            "release": [
              {
                "partition": 1,
                "offset": 8
              }
            ],
            "extend": 60
          }
        ]
      },
      "ApiKeyCreation": {
        "title": "API key to make",
        "type": "object",
        "properties": {
          "name": {
            "$ref": "#/components/schemas/ApiKeyName"
          },
          "scopes": {
            "type": "array",
            "minItems": 1,
            "maxItems": 32,
            "items": {
              "$ref": "#/components/schemas/Scope"
            }
          },
          "expires_at": {
            "oneOf": [
              {
                "type": "string",
                "format": "date-time"
              },
              {
                "type": "null"
              }
            ],
            "description": "A time in the future, from which on the key is refused. Left out or null: never."
          }
        },
        "required": [
          "name",
          "scopes"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "name": "orders service",
            "scopes": [
              {
                "actions": [
                  "publish"
                ],
                "streams": "orders"
              }
            ]
          },
          {
            "name": "audit",
            "scopes": [
              {
                "actions": [
                  "consume"
                ],
                "streams": "*"
              }
            ],
            "expires_at": "2027-01-01T00:00:00Z"
          }
        ]
      },
      "ApiKeyId": {
        "title": "API key id",
        "type": "string",
        "pattern": "^[0-9a-f]{16}$",
        "description": "The public part of an API key: no secret.",
        "examples": [
          "0f3a9c5e7b1d2468"
        ]
      },
      "ApiKeyList": {
        "title": "Page of API keys",
        "type": "object",
        "properties": {
          "keys": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/ApiKey"
            }
          },
          "next": {
            "$ref": "#/components/schemas/PageToken"
          }
        },
        "required": [
          "keys"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "keys": [
              {
                "key_id": "0f3a9c5e7b1d2468",
                "name": "orders service",
                "scopes": [
                  {
                    "actions": [
                      "publish"
                    ],
                    "streams": "orders"
                  }
                ],
                "created_at": "2026-11-21T01:02:03.456Z"
              }
            ]
          }
        ]
      },
      "ApiKeyName": {
        "title": "API key name",
        "type": "string",
        "minLength": 1,
        "maxLength": 128,
        "description": "What people call the key: 1 to 128 bytes of UTF-8 without control characters.",
        "examples": [
          "orders service, production"
        ]
      },
      "ApiKey": {
        "title": "API key",
        "type": "object",
        "properties": {
          "key_id": {
            "$ref": "#/components/schemas/ApiKeyId"
          },
          "name": {
            "$ref": "#/components/schemas/ApiKeyName"
          },
          "scopes": {
            "type": "array",
            "minItems": 1,
            "maxItems": 32,
            "items": {
              "$ref": "#/components/schemas/Scope"
            }
          },
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "expires_at": {
            "$ref": "#/components/schemas/Timestamp"
          }
        },
        "required": [
          "key_id",
          "name",
          "scopes",
          "created_at"
        ],
        "additionalProperties": false,
        "description": "An API key without its secret. Without `expires_at` it never expires.",
        "examples": [
          {
            "key_id": "0f3a9c5e7b1d2468",
            "name": "orders service",
            "scopes": [
              {
                "actions": [
                  "publish"
                ],
                "streams": "orders"
              }
            ],
            "created_at": "2026-11-21T01:02:03.456Z"
          }
        ]
      },
      "Attempt": {
        "title": "Attempt",
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[ -~]+$",
        "description": "A name for a call: printable ASCII.",
        "examples": [
          "5f3a9c2e71d04b88"
        ]
      },
      "CommitRequest": {
        "title": "Commit",
        "type": "object",
        "properties": {
          "cursor": {
            "$ref": "#/components/schemas/Cursor"
          },
          "offsets": {
            "type": "object",
            "maxProperties": 100,
            "propertyNames": {
              "pattern": "^(0|[1-9][0-9]?)$"
            },
            "additionalProperties": {
              "$ref": "#/components/schemas/Offset"
            },
            "description": "Partitions, by number, of which only part of the page was handled: the offset up to which each is committed, exclusive, between what is committed and the cursor's position. All others are committed at the cursor's."
          }
        },
        "required": [
          "cursor"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "cursor": "AQAAZk9TYm1fZ3JlZW4tY3Vyc29y"
          },
          {
            "cursor": "AQAAZk9TYm1fZ3JlZW4tY3Vyc29y",
            "offsets": {
              "0": 13
            }
          }
        ]
      },
      "CompactedPage": {
        "title": "Page of compacted state",
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/Event"
            }
          },
          "next": {
            "$ref": "#/components/schemas/PageToken"
          }
        },
        "required": [
          "events"
        ],
        "additionalProperties": false,
        "description": "The latest event of each key, without tombstones.",
        "examples": [
          {
            "events": [
              {
                "stream_id": "orders",
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                },
                "timestamp": "2026-11-21T01:02:03.456Z"
              }
            ]
          },
          {
            "events": [
              {
                "stream_id": "orders",
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                },
                "timestamp": "2026-11-21T01:02:03.456Z"
              }
            ],
            "next": "b3JkZXItMQ"
          }
        ]
      },
      "Count": {
        "title": "Count",
        "type": "integer",
        "format": "int64",
        "minimum": 0,
        "maximum": 9223372036854775807,
        "description": "A number of events.",
        "examples": [
          3
        ]
      },
      "Cursor": {
        "title": "Cursor",
        "type": "string",
        "minLength": 1,
        "pattern": "^[A-Za-z0-9_-]+$",
        "description": "Opaque and signed. It covers exactly the events up to the end of the page it came with, and belongs to one subscription. Send it back as it came.",
        "examples": [
          "AQAAZk9TYm1fZ3JlZW4tY3Vyc29y"
        ]
      },
      "DeliveryBlockage": {
        "title": "Blockage",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "why": {
            "enum": [
              "key",
              "max_open",
              "max_parked",
              "endpoint"
            ],
            "description": "`key`: at least one key waits for its parked event, by `exhausted` `hold`; other keys go on. `max_open`, `max_parked`: so many events are unfinished or parked that nothing new is handed out. `endpoint`: the webhook's endpoint is pending, failing or disabled, so that its events wait in the log."
          },
          "offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "With `key`: the oldest parked event that a key waits for."
          },
          "until": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "With `endpoint` that fails: when it is tried again."
          }
        },
        "required": [
          "partition",
          "why"
        ],
        "additionalProperties": false,
        "description": "Something that keeps a partition from handing out events.",
        "examples": [
          {
            "partition": 0,
            "why": "key",
            "offset": 42
          },
          {
            "partition": 1,
            "why": "max_open"
          },
          {
            "partition": 1,
            "why": "endpoint",
            "until": "2026-11-21T01:02:03.456Z"
          }
        ]
      },
      "DeliveryPolicy": {
        "title": "Delivery policy",
        "type": "object",
        "properties": {
          "mode": {
            "const": "events",
            "description": "Each event is acknowledged by itself. A subscription with cursors has no `delivery`."
          },
          "order": {
            "enum": [
              "key",
              "none"
            ],
            "description": "`key`: an event is handed out when all events of its key before it are finished, or parked; events of other keys go on meanwhile. `none`: events are handed out as they come."
          },
          "ack_wait": {
            "type": "integer",
            "minimum": 5,
            "maximum": 43200,
            "description": "Seconds that a consumer has for the events of one `receive`. What is not acknowledged by then has failed, and comes again. A lease can be extended."
          },
          "max_deliveries": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "description": "Failed deliveries of an event after which it is parked; null: it is tried without end."
          },
          "exhausted": {
            "enum": [
              "park",
              "hold"
            ],
            "description": "What a parked event means for its key. `park`: later events of the key go on. `hold`, only with order `key`: they wait until the parked event was delivered again and acknowledged, or is discarded. Other keys go on in both cases."
          },
          "backoff": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {
              "type": "integer",
              "minimum": 0,
              "maximum": 86400
            },
            "description": "Seconds for which an event rests after its first failure, its second one, and so on; the last one counts for all further ones. Chance moves each by up to a fifth, so that what failed together does not come again together."
          },
          "max_open": {
            "type": "integer",
            "minimum": 10,
            "maximum": 4000,
            "description": "Events of a partition that may be unfinished at the same time. At so many it hands out nothing new, until some are finished: `blocked` says so."
          },
          "max_parked": {
            "type": "integer",
            "minimum": 100,
            "maximum": 1000000,
            "description": "Events of a partition that may be parked at the same time. At so many it hands out nothing new, so that nothing is ever dropped: `blocked` says so."
          }
        },
        "required": [
          "mode",
          "order",
          "ack_wait",
          "max_deliveries",
          "exhausted",
          "backoff",
          "max_open",
          "max_parked"
        ],
        "additionalProperties": false,
        "description": "How a subscription's events are acknowledged one by one.",
        "examples": [
          {
            "mode": "events",
            "order": "key",
            "ack_wait": 30,
            "max_deliveries": 5,
            "exhausted": "park",
            "backoff": [
              1,
              10,
              60,
              300
            ],
            "max_open": 1000,
            "max_parked": 10000
          }
        ]
      },
      "DeliverySettings": {
        "title": "Delivery to settle",
        "type": "object",
        "properties": {
          "mode": {
            "enum": [
              "cursor",
              "events"
            ],
            "default": "cursor",
            "description": "`events`: each event is acknowledged by itself, with `receive` and `ack`. `cursor`: positions are committed, with `poll` and `commit`; then nothing else stands beside it."
          },
          "order": {
            "enum": [
              "key",
              "none"
            ],
            "default": "key",
            "description": "`key`: an event is handed out when all events of its key before it are finished, or parked; events of other keys go on meanwhile. `none`: events are handed out as they come. Settled when the mode begins."
          },
          "ack_wait": {
            "type": "integer",
            "minimum": 5,
            "maximum": 43200,
            "default": 30,
            "description": "Seconds that a consumer has for the events of one `receive`. What is not acknowledged by then has failed, and comes again. A lease can be extended."
          },
          "max_deliveries": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "default": 5,
            "description": "Failed deliveries of an event after which it is parked; null: it is tried without end."
          },
          "exhausted": {
            "enum": [
              "park",
              "hold"
            ],
            "default": "park",
            "description": "What a parked event means for its key. `park`: later events of the key go on. `hold`, only with order `key`: they wait until the parked event was delivered again and acknowledged, or is discarded. Other keys go on in both cases."
          },
          "backoff": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {
              "type": "integer",
              "minimum": 0,
              "maximum": 86400
            },
            "default": [
              1,
              10,
              60,
              300
            ],
            "description": "Seconds for which an event rests after its first failure, its second one, and so on; the last one counts for all further ones. Chance moves each by up to a fifth, so that what failed together does not come again together."
          },
          "max_open": {
            "type": "integer",
            "minimum": 10,
            "maximum": 4000,
            "default": 1000,
            "description": "Events of a partition that may be unfinished at the same time. At so many it hands out nothing new, until some are finished: `blocked` says so."
          },
          "max_parked": {
            "type": "integer",
            "minimum": 100,
            "maximum": 1000000,
            "default": 10000,
            "description": "Events of a partition that may be parked at the same time. At so many it hands out nothing new, so that nothing is ever dropped: `blocked` says so."
          }
        },
        "required": [],
        "additionalProperties": false,
        "description": "How a subscription's events are acknowledged. All but `mode` is for mode `events`; a change leaves what it does not name as it is.",
        "examples": [
          {
            "mode": "events"
          },
          {
            "mode": "events",
            "ack_wait": 60,
            "max_deliveries": null,
            "backoff": [
              0,
              5,
              30
            ]
          },
          {
            "mode": "events",
            "exhausted": "hold"
          },
          {
            "max_deliveries": 10
          }
        ]
      },
      "Delivery": {
        "title": "Delivery",
        "type": "object",
        "properties": {
          "mode": {
            "const": "events",
            "description": "Each event is acknowledged by itself. A subscription with cursors has no `delivery`."
          },
          "order": {
            "enum": [
              "key",
              "none"
            ],
            "description": "`key`: an event is handed out when all events of its key before it are finished, or parked; events of other keys go on meanwhile. `none`: events are handed out as they come."
          },
          "ack_wait": {
            "type": "integer",
            "minimum": 5,
            "maximum": 43200,
            "description": "Seconds that a consumer has for the events of one `receive`. What is not acknowledged by then has failed, and comes again. A lease can be extended."
          },
          "max_deliveries": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 1,
            "maximum": 1000,
            "description": "Failed deliveries of an event after which it is parked; null: it is tried without end."
          },
          "exhausted": {
            "enum": [
              "park",
              "hold"
            ],
            "description": "What a parked event means for its key. `park`: later events of the key go on. `hold`, only with order `key`: they wait until the parked event was delivered again and acknowledged, or is discarded. Other keys go on in both cases."
          },
          "backoff": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {
              "type": "integer",
              "minimum": 0,
              "maximum": 86400
            },
            "description": "Seconds for which an event rests after its first failure, its second one, and so on; the last one counts for all further ones. Chance moves each by up to a fifth, so that what failed together does not come again together."
          },
          "max_open": {
            "type": "integer",
            "minimum": 10,
            "maximum": 4000,
            "description": "Events of a partition that may be unfinished at the same time. At so many it hands out nothing new, until some are finished: `blocked` says so."
          },
          "max_parked": {
            "type": "integer",
            "minimum": 100,
            "maximum": 1000000,
            "description": "Events of a partition that may be parked at the same time. At so many it hands out nothing new, so that nothing is ever dropped: `blocked` says so."
          },
          "held": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that consumers have."
          },
          "waiting": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that have failed, and rest until their next delivery."
          },
          "noted": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that come next: given back, passed over because of an earlier one of their key, or to be delivered again."
          },
          "resting": {
            "$ref": "#/components/schemas/Count",
            "description": "About how many further events were passed over because of an earlier one of their key."
          },
          "parked": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that are parked, without those that are being delivered again."
          },
          "oldest_open_at": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "When the first of the events was handed out that consumers have or that have failed. Left out when there is none."
          },
          "blocked": {
            "type": "array",
            "minItems": 1,
            "maxItems": 300,
            "items": {
              "$ref": "#/components/schemas/DeliveryBlockage"
            },
            "description": "What keeps partitions from handing out events. Left out when nothing does."
          }
        },
        "required": [
          "mode",
          "order",
          "ack_wait",
          "max_deliveries",
          "exhausted",
          "backoff",
          "max_open",
          "max_parked",
          "held",
          "waiting",
          "noted",
          "resting",
          "parked"
        ],
        "additionalProperties": false,
        "description": "How a subscription's events are acknowledged one by one, and what is not finished of them.",
        "examples": [
          {
            "mode": "events",
            "order": "key",
            "ack_wait": 30,
            "max_deliveries": 5,
            "exhausted": "park",
            "backoff": [
              1,
              10,
              60,
              300
            ],
            "max_open": 1000,
            "max_parked": 10000,
            "held": 0,
            "waiting": 0,
            "noted": 0,
            "resting": 0,
            "parked": 0
          },
          {
            "mode": "events",
            "order": "key",
            "ack_wait": 30,
            "max_deliveries": 5,
            "exhausted": "park",
            "backoff": [
              1,
              10,
              60,
              300
            ],
            "max_open": 1000,
            "max_parked": 10000,
            "held": 2,
            "waiting": 1,
            "noted": 4,
            "resting": 0,
            "parked": 1,
            "oldest_open_at": "2026-11-21T01:02:03.456Z"
          },
          {
            "mode": "events",
            "order": "key",
            "ack_wait": 30,
            "max_deliveries": 5,
            "exhausted": "hold",
            "backoff": [
              1,
              10,
              60,
              300
            ],
            "max_open": 1000,
            "max_parked": 10000,
            "held": 2,
            "waiting": 1,
            "noted": 4,
            "resting": 0,
            "parked": 1,
            "oldest_open_at": "2026-11-21T01:02:03.456Z",
            "blocked": [
              {
                "partition": 0,
                "why": "key",
                "offset": 42
              }
            ]
          }
        ]
      },
      "ErrorCode": {
        "title": "Error code",
        "type": "string",
        "enum": [
          "validation_error",
          "malformed_request",
          "invalid_stream_id",
          "invalid_subscription_id",
          "invalid_event_key",
          "invalid_cursor",
          "invalid_lease",
          "webhook_url_refused",
          "unauthorized",
          "forbidden",
          "not_found",
          "stream_not_found",
          "subscription_not_found",
          "partition_not_found",
          "key_not_found",
          "api_key_not_found",
          "parked_not_found",
          "webhook_not_found",
          "method_not_allowed",
          "request_timeout",
          "stream_already_exists",
          "subscription_already_exists",
          "offset_conflict",
          "cursor_superseded",
          "position_beyond_tail",
          "lease_lost",
          "partition_leased",
          "too_many_members",
          "too_many_webhooks",
          "wrong_delivery_mode",
          "not_open",
          "replaying",
          "compaction_disabled",
          "keys_disabled",
          "offset_expired",
          "payload_too_large",
          "uri_too_long",
          "unsupported_media_type",
          "offset_out_of_range",
          "expectation_failed",
          "idempotency_key_reused",
          "too_many_requests",
          "headers_too_large",
          "internal_error",
          "corrupt_chunk",
          "unsupported_transfer_encoding",
          "outcome_unknown",
          "partial_publish",
          "tail_unverified",
          "clock_suspect",
          "storage_full",
          "unavailable",
          "overloaded",
          "http_version_not_supported"
        ],
        "description": "What went wrong, for programs. The status of each code is fixed.",
        "examples": [
          "stream_not_found"
        ]
      },
      "Error": {
        "title": "Error",
        "type": "object",
        "properties": {
          "error": {
            "$ref": "#/components/schemas/ErrorCode"
          },
          "message": {
            "type": "string",
            "minLength": 1,
            "description": "For people. Its wording may change."
          },
          "details": {
            "type": "object",
            "description": "Depends on the code; further members may be added. Empty when there is nothing to say.",
            "properties": {
              "field": {
                "type": "string",
                "description": "The field or parameter at fault, e.g. `events[3].key`."
              },
              "limit": {
                "type": "integer",
                "description": "The limit that was broken."
              },
              "size": {
                "type": "integer",
                "description": "How large it is, in bytes, where that is known."
              },
              "line": {
                "type": "integer",
                "description": "The line of the body at fault, counted from 1."
              },
              "stream_id": {
                "type": "string"
              },
              "subscription_id": {
                "type": "string"
              },
              "missing_scope": {
                "type": "string",
                "description": "The scope that the API key lacks, e.g. `publish:orders`."
              },
              "key_id": {
                "type": "string"
              },
              "partition": {
                "type": "integer"
              },
              "member": {
                "type": "string",
                "description": "The member that holds the partition."
              },
              "offset": {
                "type": "integer"
              },
              "position": {
                "type": "integer"
              },
              "earliest_offset": {
                "type": "integer"
              },
              "next_offset": {
                "type": "integer"
              },
              "partitions": {
                "type": "array",
                "description": "What became of each partition of a batch.",
                "items": {
                  "type": "object",
                  "properties": {
                    "partition": {
                      "$ref": "#/components/schemas/Partition"
                    },
                    "state": {
                      "enum": [
                        "stored",
                        "not_stored",
                        "unknown"
                      ]
                    },
                    "first_offset": {
                      "$ref": "#/components/schemas/Offset"
                    },
                    "last_offset": {
                      "$ref": "#/components/schemas/Offset"
                    }
                  },
                  "required": [
                    "partition",
                    "state"
                  ],
                  "additionalProperties": false
                }
              },
              "lost": {
                "type": "array",
                "description": "The partitions that other members took over: nothing of them was changed.",
                "items": {
                  "$ref": "#/components/schemas/Partition"
                }
              },
              "committed": {
                "type": "array",
                "description": "The partitions that are committed.",
                "items": {
                  "$ref": "#/components/schemas/Partition"
                }
              }
            },
            "additionalProperties": true
          }
        },
        "required": [
          "error",
          "message",
          "details"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "error": "stream_not_found",
            "message": "There is no stream 'orders'.",
            "details": {
              "stream_id": "orders"
            }
          },
          {
            "error": "partial_publish",
            "message": "some partitions' events may be stored; details.partitions says which. A retry with the same Idempotency-Key stores only the missing ones",
            "details": {
              "partitions": [
                {
                  "partition": 0,
                  "state": "stored",
                  "first_offset": 42,
                  "last_offset": 44
                },
                {
                  "partition": 1,
                  "state": "not_stored"
                }
              ]
            }
          }
        ]
      },
      "EventBatch": {
        "title": "Events to publish",
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10000,
            "items": {
              "$ref": "#/components/schemas/NewEvent"
            }
          },
          "atomic": {
            "type": "boolean",
            "default": false,
            "description": "Store all events or none, also across partitions: one transaction of at most 100 items and 4194304 bytes (4 MB)."
          },
          "expected_offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "Store only if the partition's next offset is this one, else 409 `offset_conflict` with the actual one. All events must be in one partition."
          }
        },
        "required": [
          "events"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "events": [
              {
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                }
              },
              {
                "key": "order-2",
                "type": "order.created",
                "data": {
                  "total": 5
                }
              }
            ],
            "atomic": true
          },
          {
            "events": [
              {
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                }
              }
            ],
            "expected_offset": 12
          }
        ]
      },
      "EventData": {
        "title": "Event data",
        "description": "Any JSON value, nested at most 128 deep. It comes back byte for byte as it was sent. null is a tombstone: it deletes the key from the compacted state.",
        "examples": [
          {
            "total": 99.99
          },
          null
        ]
      },
      "EventHeaders": {
        "title": "Event headers",
        "type": "object",
        "maxProperties": 32,
        "additionalProperties": {
          "type": "string"
        },
        "description": "Up to 32 names with string values. They count towards the size of the event.",
        "examples": [
          {
            "trace-id": "4bf92f3577b34da6"
          }
        ]
      },
      "EventKey": {
        "title": "Event key",
        "type": "string",
        "minLength": 1,
        "maxLength": 512,
        "description": "1 to 512 bytes of UTF-8. maxLength counts characters, the server counts bytes. Events of one key go to one partition and are delivered in the order in which they were acknowledged.",
        "examples": [
          "order-1"
        ]
      },
      "EventPage": {
        "title": "Page of events",
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/Event"
            }
          },
          "next_offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "Where to read on, when one partition was read."
          },
          "cursor": {
            "$ref": "#/components/schemas/ReadCursor"
          },
          "scanned": {
            "$ref": "#/components/schemas/Count",
            "description": "How many events were looked at; only when `key` or `type` is given."
          },
          "caught_up": {
            "type": "boolean",
            "description": "True only if nothing was left when the page was read."
          }
        },
        "required": [
          "events",
          "cursor",
          "caught_up"
        ],
        "additionalProperties": false,
        "description": "At most 1048576 bytes (1 MB) by the event measure, but at least one event if there is one within reach of the call. Order within a partition is kept; partitions take turns.",
        "examples": [
          {
            "events": [
              {
                "stream_id": "orders",
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                },
                "timestamp": "2026-11-21T01:02:03.456Z"
              }
            ],
            "next_offset": 43,
            "cursor": "AgABAgMEBQYHCAkKCwwNDg8AASs",
            "caught_up": true
          },
          {
            "events": [],
            "cursor": "AgABAgMEBQYHCAkKCwwNDg8AASs",
            "scanned": 1200,
            "caught_up": true
          }
        ]
      },
      "EventPlace": {
        "title": "Place of an event",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          }
        },
        "required": [
          "partition",
          "offset"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "offset": 42
          }
        ]
      },
      "EventType": {
        "title": "Event type",
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
        "description": "1 to 255 bytes of UTF-8 without control characters. maxLength counts characters, the server counts bytes.",
        "examples": [
          "order.created"
        ]
      },
      "Event": {
        "title": "Event",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "key": {
            "$ref": "#/components/schemas/EventKey"
          },
          "type": {
            "$ref": "#/components/schemas/EventType"
          },
          "data": {
            "$ref": "#/components/schemas/EventData"
          },
          "headers": {
            "$ref": "#/components/schemas/EventHeaders",
            "description": "Absent when the event was published without headers."
          },
          "timestamp": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "snapshot": {
            "const": true,
            "description": "Present on events that a bootstrapping subscription gets from the compacted state instead of the log."
          }
        },
        "required": [
          "stream_id",
          "partition",
          "offset",
          "key",
          "type",
          "data",
          "timestamp"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders",
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "type": "order.created",
            "data": {
              "total": 99.99
            },
            "timestamp": "2026-11-21T01:02:03.456Z"
          },
          {
            "stream_id": "orders",
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "type": "order.created",
            "data": {
              "total": 99.99
            },
            "timestamp": "2026-11-21T01:02:03.456Z",
            "snapshot": true
          }
        ]
      },
      "FoldProgress": {
        "title": "Progress of compaction",
        "type": "object",
        "properties": {
          "partitions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
              "type": "object",
              "properties": {
                "partition": {
                  "$ref": "#/components/schemas/Partition"
                },
                "compacted_up_to": {
                  "$ref": "#/components/schemas/Offset",
                  "description": "The compacted state covers all events below this offset. Absent without compaction."
                }
              },
              "required": [
                "partition"
              ],
              "additionalProperties": false
            }
          }
        },
        "required": [
          "partitions"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partitions": [
              {
                "partition": 0,
                "compacted_up_to": 42
              }
            ]
          }
        ]
      },
      "Head": {
        "title": "Head of a partition",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "next_offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "The offset after the last event that the head covers; without `at`, the offset the next event will get."
          },
          "head": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "The hash chain after the last chunk: SHA-256 over the hash before and the chunk's record batch. 64 zeros before the first event."
          }
        },
        "required": [
          "partition",
          "next_offset",
          "head"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "next_offset": 42,
            "head": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
          }
        ]
      },
      "Health": {
        "title": "Health",
        "type": "object",
        "properties": {
          "status": {
            "enum": [
              "ok",
              "clock_suspect"
            ],
            "description": "`clock_suspect`: the clock is ahead of what the ledger has seen, and events are stamped by the time that has passed since."
          },
          "version": {
            "type": "string",
            "description": "The server's version."
          }
        },
        "required": [
          "status",
          "version"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "status": "ok",
            "version": "0.1.0"
          }
        ]
      },
      "HeartbeatRequest": {
        "title": "Heartbeat",
        "type": "object",
        "properties": {
          "session": {
            "$ref": "#/components/schemas/MemberSession",
            "default": 45
          }
        },
        "required": [],
        "additionalProperties": false,
        "examples": [
          {},
          {
            "session": 60
          }
        ]
      },
      "Lease": {
        "title": "Lease",
        "type": "string",
        "minLength": 1,
        "pattern": "^[A-Za-z0-9_-]+$",
        "description": "Opaque and signed. Under it the events of one `receive` are acknowledged. It belongs to one subscription, and a seek ends it.",
        "examples": [
          "BAAAZk9TYm1fYmx1ZS1sZWFzZQ"
        ]
      },
      "MemberAnswer": {
        "title": "Member answer",
        "type": "object",
        "properties": {
          "member": {
            "$ref": "#/components/schemas/Member"
          }
        },
        "required": [
          "member"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "member": {
              "name": "worker-1.5f3a9c2e",
              "assigned": [
                {
                  "partition": 0,
                  "epoch": 3
                },
                {
                  "partition": 1,
                  "epoch": 1
                }
              ],
              "giving_up": [
                2
              ],
              "renewed_at": "2026-11-21T01:02:03.456Z",
              "session": 45
            }
          }
        ]
      },
      "MemberList": {
        "title": "Members",
        "type": "object",
        "properties": {
          "members": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/Member"
            }
          }
        },
        "required": [
          "members"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "members": [
              {
                "name": "worker-1.5f3a9c2e",
                "assigned": [
                  {
                    "partition": 0,
                    "epoch": 3
                  },
                  {
                    "partition": 1,
                    "epoch": 1
                  }
                ],
                "giving_up": [
                  2
                ],
                "renewed_at": "2026-11-21T01:02:03.456Z",
                "session": 45
              }
            ]
          }
        ]
      },
      "MemberName": {
        "title": "Member name",
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[A-Za-z0-9._-]+$",
        "description": "The name of a member of a subscription's group. Two processes under one name are one member, so names must be unique.",
        "examples": [
          "worker-1.5f3a9c2e"
        ]
      },
      "MemberPartition": {
        "title": "Partition of a member",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "epoch": {
            "type": "integer",
            "format": "int64",
            "minimum": 1,
            "maximum": 9223372036854775807,
            "description": "The number of the lease. Each lease of a partition has a higher one than those before it, so a consumer may fence a store of its own by it."
          }
        },
        "required": [
          "partition",
          "epoch"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "epoch": 3
          }
        ]
      },
      "MemberSession": {
        "title": "Session",
        "type": "integer",
        "minimum": 10,
        "maximum": 300,
        "description": "Seconds for which a member counts after a poll, a commit or a heartbeat of its own. Then others take its partitions.",
        "examples": [
          45
        ]
      },
      "MemberShare": {
        "title": "Share of a member",
        "type": "object",
        "properties": {
          "name": {
            "$ref": "#/components/schemas/MemberName"
          },
          "assigned": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/MemberPartition"
            },
            "description": "The partitions whose events it gets."
          },
          "giving_up": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/Partition"
            },
            "description": "The partitions that it gives to others: it gets no more events of them, and they go when what it got is committed."
          },
          "session": {
            "$ref": "#/components/schemas/MemberSession"
          }
        },
        "required": [
          "name",
          "assigned",
          "giving_up",
          "session"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "name": "worker-1.5f3a9c2e",
            "assigned": [
              {
                "partition": 0,
                "epoch": 3
              },
              {
                "partition": 1,
                "epoch": 1
              }
            ],
            "giving_up": [
              2
            ],
            "session": 45
          }
        ]
      },
      "Member": {
        "title": "Member",
        "type": "object",
        "properties": {
          "name": {
            "$ref": "#/components/schemas/MemberName"
          },
          "assigned": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/MemberPartition"
            },
            "description": "The partitions whose events it gets."
          },
          "giving_up": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/Partition"
            },
            "description": "The partitions that it gives to others: it gets no more events of them, and they go when what it got is committed."
          },
          "renewed_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "session": {
            "$ref": "#/components/schemas/MemberSession"
          }
        },
        "required": [
          "name",
          "assigned",
          "giving_up",
          "renewed_at",
          "session"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "name": "worker-1.5f3a9c2e",
            "assigned": [
              {
                "partition": 0,
                "epoch": 3
              },
              {
                "partition": 1,
                "epoch": 1
              }
            ],
            "giving_up": [
              2
            ],
            "renewed_at": "2026-11-21T01:02:03.456Z",
            "session": 45
          }
        ]
      },
      "NewApiKey": {
        "title": "New API key",
        "type": "object",
        "properties": {
          "key_id": {
            "$ref": "#/components/schemas/ApiKeyId"
          },
          "name": {
            "$ref": "#/components/schemas/ApiKeyName"
          },
          "scopes": {
            "type": "array",
            "minItems": 1,
            "maxItems": 32,
            "items": {
              "$ref": "#/components/schemas/Scope"
            }
          },
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "expires_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "key": {
            "type": "string",
            "pattern": "^elk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$",
            "description": "The key itself, shown this once."
          }
        },
        "required": [
          "key_id",
          "name",
          "scopes",
          "created_at",
          "key"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "key_id": "0f3a9c5e7b1d2468",
            "name": "orders service",
            "scopes": [
              {
                "actions": [
                  "publish"
                ],
                "streams": "orders"
              }
            ],
            "created_at": "2026-11-21T01:02:03.456Z",
            "key": "elk_0f3a9c5e7b1d2468_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
          }
        ]
      },
      "NewEvent": {
        "title": "Event to publish",
        "type": "object",
        "properties": {
          "key": {
            "$ref": "#/components/schemas/EventKey"
          },
          "type": {
            "$ref": "#/components/schemas/EventType"
          },
          "data": {
            "$ref": "#/components/schemas/EventData"
          },
          "headers": {
            "$ref": "#/components/schemas/EventHeaders"
          }
        },
        "required": [
          "key",
          "type",
          "data"
        ],
        "additionalProperties": false,
        "description": "At most 262144 bytes (256 KB) of key, type, headers and data together.",
        "examples": [
          {
            "key": "order-1",
            "type": "order.created",
            "data": {
              "total": 99.99
            }
          },
          {
            "key": "order-1",
            "type": "order.deleted",
            "data": null,
            "headers": {
              "trace-id": "4bf92f3577b34da6"
            }
          }
        ]
      },
      "Offset": {
        "title": "Offset",
        "type": "integer",
        "format": "int64",
        "minimum": 0,
        "maximum": 9223372036854775807,
        "description": "Position of an event in its partition. Offsets are contiguous from 0.",
        "examples": [
          42
        ]
      },
      "PageToken": {
        "title": "Page token",
        "type": "string",
        "minLength": 1,
        "description": "Opaque. Send it back as `next` to get the following page. Absent on the last page.",
        "examples": [
          "b3JkZXJz"
        ]
      },
      "ParkedEventDetails": {
        "title": "Parked event with its data",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "key": {
            "$ref": "#/components/schemas/EventKey",
            "description": "Left out, as its type, when the log had lost the event."
          },
          "type": {
            "$ref": "#/components/schemas/EventType"
          },
          "state": {
            "enum": [
              "parked",
              "replaying"
            ],
            "description": "`replaying`: it was asked for again, and is not finished yet."
          },
          "times": {
            "type": "integer",
            "minimum": 1,
            "description": "How often it was parked."
          },
          "history": {
            "type": "array",
            "minItems": 1,
            "maxItems": 5,
            "items": {
              "$ref": "#/components/schemas/Parking"
            },
            "description": "The last five times, the oldest first."
          },
          "event": {
            "$ref": "#/components/schemas/Event",
            "description": "The event as it was published, kept beyond the stream's retention. Left out when the log had lost it."
          }
        },
        "required": [
          "partition",
          "offset",
          "state",
          "times",
          "history"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "type": "order.created",
            "state": "parked",
            "times": 1,
            "history": [
              {
                "cause": "max_deliveries",
                "reason": "the mail server is down",
                "deliveries": 5,
                "first_delivery": "2026-11-21T01:02:03.456Z",
                "last_delivery": "2026-11-21T01:08:14.789Z",
                "parked_at": "2026-11-21T01:08:15.012Z",
                "consumer": "mailer-1"
              }
            ],
            "event": {
              "stream_id": "orders",
              "partition": 0,
              "offset": 42,
              "key": "order-1",
              "type": "order.created",
              "data": {
                "total": 99.99
              },
              "timestamp": "2026-11-21T01:02:03.456Z"
            }
          }
        ]
      },
      "ParkedEvent": {
        "title": "Parked event",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "key": {
            "$ref": "#/components/schemas/EventKey",
            "description": "Left out, as its type, when the log had lost the event."
          },
          "type": {
            "$ref": "#/components/schemas/EventType"
          },
          "state": {
            "enum": [
              "parked",
              "replaying"
            ],
            "description": "`replaying`: it was asked for again, and is not finished yet."
          },
          "times": {
            "type": "integer",
            "minimum": 1,
            "description": "How often it was parked."
          },
          "history": {
            "type": "array",
            "minItems": 1,
            "maxItems": 5,
            "items": {
              "$ref": "#/components/schemas/Parking"
            },
            "description": "The last five times, the oldest first."
          }
        },
        "required": [
          "partition",
          "offset",
          "state",
          "times",
          "history"
        ],
        "additionalProperties": false,
        "description": "An event that was taken out of its delivery, and why.",
        "examples": [
          {
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "type": "order.created",
            "state": "parked",
            "times": 1,
            "history": [
              {
                "cause": "max_deliveries",
                "reason": "the mail server is down",
                "deliveries": 5,
                "first_delivery": "2026-11-21T01:02:03.456Z",
                "last_delivery": "2026-11-21T01:08:14.789Z",
                "parked_at": "2026-11-21T01:08:15.012Z",
                "consumer": "mailer-1"
              }
            ]
          }
        ]
      },
      "ParkedList": {
        "title": "Parked events",
        "type": "object",
        "properties": {
          "parked": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/ParkedEvent"
            }
          },
          "next": {
            "$ref": "#/components/schemas/PageToken"
          }
        },
        "required": [
          "parked"
        ],
        "additionalProperties": false,
        "description": "By partition and offset. A page may end before its limit, when the events in it are large.",
        "examples": [
          {
            "parked": [
              {
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "type": "order.created",
                "state": "parked",
                "times": 1,
                "history": [
                  {
                    "cause": "max_deliveries",
                    "reason": "the mail server is down",
                    "deliveries": 5,
                    "first_delivery": "2026-11-21T01:02:03.456Z",
                    "last_delivery": "2026-11-21T01:08:14.789Z",
                    "parked_at": "2026-11-21T01:08:15.012Z",
                    "consumer": "mailer-1"
                  }
                ]
              }
            ]
          },
          {
            "parked": [],
            "next": "BQAwMDAwMCMwMDAwMDAwMDAwMDAwMDAwMDA0Mg"
          }
        ]
      },
      "ParkingRequest": {
        "title": "Event to park",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "reason": {
            "type": "string",
            "maxLength": 512,
            "description": "For whoever looks why it is parked; in bytes, at most 512."
          }
        },
        "required": [
          "partition",
          "offset",
          "reason"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "offset": 42,
            "reason": "no such user"
          }
        ]
      },
      "Parking": {
        "title": "Parking",
        "type": "object",
        "properties": {
          "cause": {
            "enum": [
              "max_deliveries",
              "rejected",
              "expired",
              "by_hand"
            ],
            "description": "`max_deliveries`: it failed as often as it may. `rejected`: a consumer said that trying again does not help. `expired`: the log lost it before it was finished. `by_hand`: somebody parked it."
          },
          "reason": {
            "type": "string",
            "maxLength": 512,
            "description": "The last reason that a consumer or who parked it gave; empty when there was none."
          },
          "deliveries": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000,
            "description": "How often it was delivered before, the last time included."
          },
          "first_delivery": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "When it was handed out for the first time. Left out when it never was."
          },
          "last_delivery": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "When it was handed out for the last time, or failed for the last time. Left out when it never was."
          },
          "parked_at": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "When it was parked."
          },
          "consumer": {
            "type": "string",
            "maxLength": 64,
            "description": "Who had it last, by the name given with `receive`; empty when none was."
          },
          "events": {
            "type": "integer",
            "minimum": 2,
            "description": "With `expired`: how many events of the key, about, this stands for; `reason` has their offsets. Left out for one."
          },
          "replayed_at": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "When it was asked for again. Left out when it was not."
          },
          "replayed_by": {
            "type": "string",
            "minLength": 1,
            "description": "The id of the API key that asked, or `root`. Left out on a ledger without keys."
          }
        },
        "required": [
          "cause",
          "reason",
          "deliveries",
          "parked_at",
          "consumer"
        ],
        "additionalProperties": false,
        "description": "One time that an event was parked.",
        "examples": [
          {
            "cause": "max_deliveries",
            "reason": "the mail server is down",
            "deliveries": 5,
            "first_delivery": "2026-11-21T01:02:03.456Z",
            "last_delivery": "2026-11-21T01:08:14.789Z",
            "parked_at": "2026-11-21T01:08:15.012Z",
            "consumer": "mailer-1"
          },
          {
            "cause": "by_hand",
            "reason": "no such user",
            "deliveries": 0,
            "parked_at": "2026-11-21T01:02:03.456Z",
            "consumer": "",
            "replayed_at": "2026-11-21T02:00:00.000Z",
            "replayed_by": "0f3a9c5e7b1d2468"
          }
        ]
      },
      "PartitionCount": {
        "title": "Number of partitions",
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "description": "Fixed at creation.",
        "examples": [
          3
        ]
      },
      "PartitionRange": {
        "title": "Range of offsets in a partition",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "first_offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "last_offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "The last offset, inclusive."
          }
        },
        "required": [
          "partition",
          "first_offset",
          "last_offset"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "first_offset": 42,
            "last_offset": 44
          }
        ]
      },
      "Partition": {
        "title": "Partition",
        "type": "integer",
        "minimum": 0,
        "maximum": 99,
        "description": "Partitions are numbered from 0.",
        "examples": [
          0
        ]
      },
      "PointInTime": {
        "title": "Point in time",
        "type": "string",
        "format": "date-time",
        "description": "An RFC 3339 time with a time zone. A time in the future is the tail.",
        "examples": [
          "2026-11-21T01:00:00Z",
          "2026-11-21T02:00:00+01:00"
        ]
      },
      "PollPage": {
        "title": "Poll answer",
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/Event"
            }
          },
          "cursor": {
            "$ref": "#/components/schemas/Cursor"
          },
          "remaining": {
            "$ref": "#/components/schemas/Count",
            "description": "About how many events are left after this page; 0 when caught_up."
          },
          "caught_up": {
            "type": "boolean",
            "description": "True only if nothing was left when the page was read."
          },
          "member": {
            "$ref": "#/components/schemas/MemberShare",
            "description": "What the member holds, of a poll with `member`."
          }
        },
        "required": [
          "events",
          "cursor",
          "remaining",
          "caught_up"
        ],
        "additionalProperties": false,
        "description": "At most 1048576 bytes (1 MB) by the event measure, but at least one event if there is one. Order within a partition is kept; partitions take turns.",
        "examples": [
          {
            "events": [
              {
                "stream_id": "orders",
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                },
                "timestamp": "2026-11-21T01:02:03.456Z"
              }
            ],
            "cursor": "AQAAZk9TYm1fZ3JlZW4tY3Vyc29y",
            "remaining": 0,
            "caught_up": true
          },
          {
            "events": [],
            "cursor": "AQAAZk9TYm1fZ3JlZW4tY3Vyc29y",
            "remaining": 0,
            "caught_up": true
          },
          {
            "events": [],
            "cursor": "AwAAZk9TYm1fZ3JlZW4tY3Vyc29y",
            "remaining": 0,
            "caught_up": true,
            "member": {
              "name": "worker-1.5f3a9c2e",
              "assigned": [
                {
                  "partition": 0,
                  "epoch": 3
                },
                {
                  "partition": 1,
                  "epoch": 1
                }
              ],
              "giving_up": [
                2
              ],
              "session": 45
            }
          }
        ]
      },
      "PublishAnswer": {
        "title": "Published events",
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10000,
            "items": {
              "$ref": "#/components/schemas/PublishedEvent"
            }
          }
        },
        "required": [
          "events"
        ],
        "additionalProperties": false,
        "description": "One entry per event, in the order of the request.",
        "examples": [
          {
            "events": [
              {
                "stream_id": "orders",
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "timestamp": "2026-11-21T01:02:03.456Z"
              }
            ]
          }
        ]
      },
      "PublishRequest": {
        "title": "Publish request",
        "oneOf": [
          {
            "$ref": "#/components/schemas/NewEvent"
          },
          {
            "$ref": "#/components/schemas/EventBatch"
          },
          {
            "type": "array",
            "minItems": 1,
            "maxItems": 10000,
            "items": {
              "$ref": "#/components/schemas/NewEvent"
            }
          }
        ],
        "description": "One event, `{\"events\": […]}`, or a JSON array of events.",
        "examples": [
          {
            "key": "order-1",
            "type": "order.created",
            "data": {
              "total": 99.99
            }
          },
          {
            "events": [
              {
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                }
              }
            ]
          },
          [
            {
              "key": "order-1",
              "type": "order.created",
              "data": {
                "total": 99.99
              }
            }
          ]
        ]
      },
      "PublishSummary": {
        "title": "Published events in short",
        "type": "object",
        "properties": {
          "partitions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/PartitionRange"
            }
          }
        },
        "required": [
          "partitions"
        ],
        "additionalProperties": false,
        "description": "The answer with `ack=summary`.",
        "examples": [
          {
            "partitions": [
              {
                "partition": 0,
                "first_offset": 42,
                "last_offset": 44
              }
            ]
          }
        ]
      },
      "PublishedEvent": {
        "title": "Published event",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "key": {
            "$ref": "#/components/schemas/EventKey"
          },
          "timestamp": {
            "$ref": "#/components/schemas/Timestamp"
          }
        },
        "required": [
          "stream_id",
          "partition",
          "offset",
          "key",
          "timestamp"
        ],
        "additionalProperties": false,
        "description": "Where an event was stored.",
        "examples": [
          {
            "stream_id": "orders",
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "timestamp": "2026-11-21T01:02:03.456Z"
          }
        ]
      },
      "ReadCursor": {
        "title": "Read cursor",
        "type": "string",
        "minLength": 1,
        "pattern": "^[A-Za-z0-9_-]+$",
        "description": "Opaque. It says how far the partitions were read, belongs to one stream as it was created, and is no secret. Send it back as it came.",
        "examples": [
          "AgABAgMEBQYHCAkKCwwNDg8AASs"
        ]
      },
      "ReceiveRequest": {
        "title": "Request for events",
        "type": "object",
        "properties": {
          "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 100,
            "description": "How many events at most."
          },
          "wait": {
            "type": "number",
            "minimum": 0,
            "maximum": 20,
            "default": 0,
            "description": "Seconds to wait for events when there are none, decimals allowed. Through an API gateway the wait must fit its own limit."
          },
          "consumer": {
            "type": "string",
            "maxLength": 64,
            "description": "A name for who asks, kept with what it has and with what it failed at; in bytes, at most 64, no control characters. It protects nothing and need not be unique."
          },
          "attempt": {
            "$ref": "#/components/schemas/Attempt",
            "description": "A name for this call, unlike those of all others. Whoever does not know what became of a call repeats it under its name, and gets the same events under the same lease while that lasts."
          },
          "ack": {
            "$ref": "#/components/schemas/Acknowledgement",
            "description": "What became of events that were received before. It is taken first, and saves a call of its own."
          }
        },
        "required": [],
        "additionalProperties": false,
        "examples": [
          {},
          {
            "limit": 10,
            "wait": 20,
            "consumer": "mailer-1"
          },
          {
            "attempt": "5f3a9c2e71d04b88",
            "ack": {
              "lease": "BAAAZk9TYm1fYmx1ZS1sZWFzZQ",
              "ack": "all"
            }
          }
        ]
      },
      "ReceivedEvent": {
        "title": "Received event",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset"
          },
          "key": {
            "$ref": "#/components/schemas/EventKey"
          },
          "type": {
            "$ref": "#/components/schemas/EventType"
          },
          "data": {
            "$ref": "#/components/schemas/EventData"
          },
          "headers": {
            "$ref": "#/components/schemas/EventHeaders",
            "description": "Absent when the event was published without headers."
          },
          "timestamp": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "deliveries": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000,
            "description": "How often it was delivered, this time included. A delivery that was given back does not count, and a replay begins anew."
          },
          "replayed": {
            "const": true,
            "description": "Present on events that were parked and asked for again."
          }
        },
        "required": [
          "stream_id",
          "partition",
          "offset",
          "key",
          "type",
          "data",
          "timestamp",
          "deliveries"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders",
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "type": "order.created",
            "data": {
              "total": 99.99
            },
            "timestamp": "2026-11-21T01:02:03.456Z",
            "deliveries": 1
          },
          {
            "stream_id": "orders",
            "partition": 0,
            "offset": 42,
            "key": "order-1",
            "type": "order.created",
            "data": {
              "total": 99.99
            },
            "timestamp": "2026-11-21T01:02:03.456Z",
            "deliveries": 1,
            "replayed": true
          }
        ]
      },
      "ReceivedPage": {
        "title": "Received events",
        "type": "object",
        "properties": {
          "lease": {
            "oneOf": [
              {
                "$ref": "#/components/schemas/Lease"
              },
              {
                "type": "null"
              }
            ],
            "description": "Null when there are no events."
          },
          "ack_wait": {
            "type": "integer",
            "minimum": 5,
            "maximum": 43200,
            "description": "Seconds for which the lease holds the events, unless it is extended."
          },
          "events": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/ReceivedEvent"
            },
            "description": "Within a partition, events of one key stand in their order. An event on the last delivery that is permitted comes alone, so that no other fails with it."
          },
          "remaining": {
            "$ref": "#/components/schemas/Count",
            "description": "About how many events are left after this page; 0 when caught_up. What is held, rests or waits for its key does not count."
          },
          "caught_up": {
            "type": "boolean",
            "description": "True only if nothing that may be handed out now was left in any partition."
          },
          "blocked": {
            "type": "array",
            "minItems": 1,
            "maxItems": 300,
            "items": {
              "$ref": "#/components/schemas/DeliveryBlockage"
            },
            "description": "What keeps partitions that were looked at from handing out events. Left out when nothing does."
          },
          "acknowledged": {
            "$ref": "#/components/schemas/AcknowledgementAnswer",
            "description": "What became of the acknowledgement that was sent along."
          }
        },
        "required": [
          "lease",
          "ack_wait",
          "events",
          "remaining",
          "caught_up"
        ],
        "additionalProperties": false,
        "description": "At most 1048576 bytes (1 MB) by the event measure, but at least one event if there is one.",
        "examples": [
          {
            "lease": "BAAAZk9TYm1fYmx1ZS1sZWFzZQ",
            "ack_wait": 30,
            "events": [
              {
                "stream_id": "orders",
                "partition": 0,
                "offset": 42,
                "key": "order-1",
                "type": "order.created",
                "data": {
                  "total": 99.99
                },
                "timestamp": "2026-11-21T01:02:03.456Z",
                "deliveries": 1
              }
            ],
            "remaining": 0,
            "caught_up": true
          },
          {
            "lease": null,
            "ack_wait": 30,
            "events": [],
            "remaining": 0,
            "caught_up": true,
            "acknowledged": {
              "acknowledged": 1,
              "not_held": [],
              "held": 0
            }
          },
          {
            "lease": null,
            "ack_wait": 30,
            "events": [],
            "remaining": 1,
            "caught_up": false,
            "blocked": [
              {
                "partition": 0,
                "why": "max_open"
              }
            ]
          }
        ]
      },
      "ReplayAnswer": {
        "title": "Replay",
        "type": "object",
        "properties": {
          "replayed": {
            "$ref": "#/components/schemas/Count",
            "description": "Events that are on their way again."
          },
          "not_parked": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/EventPlace"
            },
            "description": "Events that were named and are not parked, are being delivered again already, or had been lost by the log."
          },
          "left": {
            "$ref": "#/components/schemas/Count",
            "description": "About how many events are left. With `all`, repeat the call until it is 0; where nothing is replayed any more, as many events are unfinished as the policy permits."
          }
        },
        "required": [
          "replayed",
          "not_parked",
          "left"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "replayed": 1,
            "not_parked": [],
            "left": 0
          },
          {
            "replayed": 90,
            "not_parked": [],
            "left": 410
          }
        ]
      },
      "ReplayRequest": {
        "title": "Request for parked events",
        "type": "object",
        "properties": {
          "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/EventPlace"
            },
            "description": "Events that are parked, none twice."
          },
          "all": {
            "const": true,
            "description": "All that are parked, as far as one call goes."
          }
        },
        "required": [],
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "description": "Either of the two.",
        "examples": [
          {
            "events": [
              {
                "partition": 0,
                "offset": 42
              }
            ]
          },
          {
            "all": true
          }
        ]
      },
      "RetentionHours": {
        "title": "Retention",
        "type": [
          "integer",
          "null"
        ],
        "minimum": 1,
        "maximum": 87600,
        "description": "Hours for which an event can be read. null keeps events for ever.",
        "examples": [
          168,
          null
        ]
      },
      "Scope": {
        "title": "Scope",
        "type": "object",
        "properties": {
          "actions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
              "enum": [
                "admin",
                "publish",
                "consume"
              ]
            },
            "description": "`admin` creates, changes and deletes streams, compacts and accepts tails; `publish` publishes; `consume` reads, looks up, and manages, polls, commits and seeks subscriptions. Any of them may describe and list the streams that the scope covers."
          },
          "streams": {
            "type": "string",
            "minLength": 1,
            "maxLength": 250,
            "pattern": "^([A-Za-z0-9_][A-Za-z0-9._-]{0,248})?[*]?$",
            "description": "A stream's name; the beginning of names followed by `*`; or `*` for every stream, those to come included."
          }
        },
        "required": [
          "actions",
          "streams"
        ],
        "additionalProperties": false,
        "description": "Actions, and the streams on which they are allowed.",
        "examples": [
          {
            "actions": [
              "publish",
              "consume"
            ],
            "streams": "orders-*"
          }
        ]
      },
      "SeekRequest": {
        "title": "Seek",
        "type": "object",
        "properties": {
          "to": {
            "$ref": "#/components/schemas/StartFrom"
          }
        },
        "required": [
          "to"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "to": "earliest"
          },
          {
            "to": {
              "offsets": {
                "0": 12
              }
            }
          }
        ]
      },
      "StartFrom": {
        "title": "Where a subscription starts",
        "oneOf": [
          {
            "type": "string",
            "enum": [
              "earliest",
              "latest",
              "compacted"
            ],
            "description": "`earliest`: the oldest event that has not expired. `latest`: what is published from now on. `compacted`: the latest event of every key, then the log from where that state ends."
          },
          {
            "type": "object",
            "properties": {
              "timestamp": {
                "$ref": "#/components/schemas/PointInTime"
              }
            },
            "required": [
              "timestamp"
            ],
            "additionalProperties": false,
            "description": "The first event at or after this time."
          },
          {
            "type": "object",
            "properties": {
              "offsets": {
                "type": "object",
                "maxProperties": 100,
                "propertyNames": {
                  "pattern": "^(0|[1-9][0-9]?)$"
                },
                "additionalProperties": {
                  "$ref": "#/components/schemas/Offset"
                },
                "description": "Partition number to next offset to deliver."
              }
            },
            "required": [
              "offsets"
            ],
            "additionalProperties": false,
            "description": "An offset per partition. Partitions left out start at the earliest event; in a seek they stay where they are."
          }
        ],
        "examples": [
          "earliest",
          {
            "timestamp": "2026-11-21T01:00:00Z"
          },
          {
            "offsets": {
              "0": 12
            }
          }
        ]
      },
      "StreamCreation": {
        "title": "Stream to create",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "partition_count": {
            "$ref": "#/components/schemas/PartitionCount",
            "default": 3
          },
          "retention_hours": {
            "$ref": "#/components/schemas/RetentionHours",
            "default": 168
          },
          "compaction": {
            "type": "boolean",
            "default": true,
            "description": "Whether the latest event of every key is kept as compacted state. Fixed at creation."
          }
        },
        "required": [
          "stream_id"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders"
          },
          {
            "stream_id": "orders",
            "partition_count": 12,
            "retention_hours": null,
            "compaction": true
          }
        ]
      },
      "StreamId": {
        "title": "Stream name",
        "type": "string",
        "minLength": 1,
        "maxLength": 249,
        "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,248}$",
        "description": "1 to 249 ASCII letters, digits, underscores, dots or hyphens, the first no dot and no hyphen.",
        "examples": [
          "orders"
        ]
      },
      "StreamList": {
        "title": "Page of streams",
        "type": "object",
        "properties": {
          "streams": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/StreamSummary"
            }
          },
          "next": {
            "$ref": "#/components/schemas/PageToken"
          }
        },
        "required": [
          "streams"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "streams": [
              {
                "stream_id": "orders",
                "partition_count": 1,
                "retention_hours": 168,
                "compaction": true,
                "created_at": "2026-11-21T01:02:03.456Z"
              }
            ],
            "next": "b3JkZXJz"
          },
          {
            "streams": []
          }
        ]
      },
      "StreamPartition": {
        "title": "Partition of a stream",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "earliest_offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "The oldest event that can still be read; equal to next_offset when there is none."
          },
          "next_offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "The offset the next event will get."
          },
          "compacted_up_to": {
            "$ref": "#/components/schemas/Offset",
            "description": "The compacted state covers all events below this offset. Absent without compaction."
          }
        },
        "required": [
          "partition",
          "earliest_offset",
          "next_offset"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "earliest_offset": 0,
            "next_offset": 42,
            "compacted_up_to": 42
          }
        ]
      },
      "StreamSummary": {
        "title": "Stream in a list",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "partition_count": {
            "$ref": "#/components/schemas/PartitionCount"
          },
          "retention_hours": {
            "$ref": "#/components/schemas/RetentionHours"
          },
          "compaction": {
            "type": "boolean",
            "description": "Whether the stream has compacted state."
          },
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          }
        },
        "required": [
          "stream_id",
          "partition_count",
          "retention_hours",
          "compaction",
          "created_at"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders",
            "partition_count": 1,
            "retention_hours": 168,
            "compaction": true,
            "created_at": "2026-11-21T01:02:03.456Z"
          }
        ]
      },
      "StreamUpdate": {
        "title": "Stream update",
        "type": "object",
        "properties": {
          "retention_hours": {
            "$ref": "#/components/schemas/RetentionHours"
          }
        },
        "required": [
          "retention_hours"
        ],
        "additionalProperties": false,
        "description": "Partition count and compaction cannot be changed.",
        "examples": [
          {
            "retention_hours": 720
          }
        ]
      },
      "Stream": {
        "title": "Stream",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "partition_count": {
            "$ref": "#/components/schemas/PartitionCount"
          },
          "retention_hours": {
            "$ref": "#/components/schemas/RetentionHours"
          },
          "compaction": {
            "type": "boolean",
            "description": "Whether the stream has compacted state."
          },
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "partitions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/StreamPartition"
            }
          }
        },
        "required": [
          "stream_id",
          "partition_count",
          "retention_hours",
          "compaction",
          "created_at",
          "partitions"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders",
            "partition_count": 1,
            "retention_hours": 168,
            "compaction": true,
            "created_at": "2026-11-21T01:02:03.456Z",
            "partitions": [
              {
                "partition": 0,
                "earliest_offset": 0,
                "next_offset": 42,
                "compacted_up_to": 42
              }
            ]
          }
        ]
      },
      "SubscriptionCreation": {
        "title": "Subscription to create",
        "type": "object",
        "properties": {
          "subscription_id": {
            "$ref": "#/components/schemas/SubscriptionId"
          },
          "start_from": {
            "$ref": "#/components/schemas/StartFrom",
            "default": "latest"
          },
          "filter": {
            "oneOf": [
              {
                "$ref": "#/components/schemas/SubscriptionFilter"
              },
              {
                "type": "null"
              }
            ],
            "description": "Left out or null: all events."
          },
          "delivery": {
            "$ref": "#/components/schemas/DeliverySettings",
            "description": "How events are acknowledged: by cursors, unless `mode` says otherwise. With mode `events`, `start_from` can't be `compacted`. With `webhook` the mode is `events`, and unless given `ack_wait` is 60, `max_deliveries` 10 and `backoff` 5 and 300 seconds, half an hour, 2, 5, 10, 14, 20 and 24 hours."
          },
          "webhook": {
            "$ref": "#/components/schemas/WebhookSettings",
            "description": "Where events are sent to. Nothing is sent before the endpoint was verified."
          }
        },
        "required": [
          "subscription_id"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "subscription_id": "shipping-service"
          },
          {
            "subscription_id": "shipping-service",
            "start_from": "compacted"
          },
          {
            "subscription_id": "shipping-service",
            "filter": {
              "types": [
                "order.*"
              ]
            }
          },
          {
            "subscription_id": "mailer",
            "delivery": {
              "mode": "events",
              "ack_wait": 60
            }
          },
          {
            "subscription_id": "mailer",
            "webhook": {
              "url": "https://example.com/hooks/orders"
            }
          }
        ]
      },
      "SubscriptionFilter": {
        "title": "Filter of a subscription",
        "type": "object",
        "properties": {
          "types": {
            "type": "array",
            "minItems": 1,
            "maxItems": 16,
            "items": {
              "type": "string",
              "minLength": 1,
              "maxLength": 256
            },
            "description": "Patterns of event types.",
            "examples": [
              [
                "order.*",
                "refund"
              ]
            ]
          },
          "keys": {
            "type": "array",
            "minItems": 1,
            "maxItems": 16,
            "items": {
              "type": "string",
              "minLength": 1,
              "maxLength": 513
            },
            "description": "Patterns of event keys.",
            "examples": [
              [
                "eu-*"
              ]
            ]
          }
        },
        "minProperties": 1,
        "additionalProperties": false,
        "description": "The events that the subscription is for: those that fit a pattern of each list given. A pattern is a whole text or, with one `*` at its end, its beginning; compared byte by byte. Events that do not fit are passed over, and `lag` counts them. While a subscription reads the compacted state the filter is of a key's latest event.",
        "examples": [
          {
            "types": [
              "order.*",
              "refund"
            ]
          },
          {
            "types": [
              "order.*"
            ],
            "keys": [
              "eu-*"
            ]
          }
        ]
      },
      "SubscriptionId": {
        "title": "Subscription name",
        "type": "string",
        "minLength": 1,
        "maxLength": 249,
        "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,248}$",
        "description": "1 to 249 ASCII letters, digits, underscores, dots or hyphens, the first no dot and no hyphen.",
        "examples": [
          "shipping-service"
        ]
      },
      "SubscriptionList": {
        "title": "Page of subscriptions",
        "type": "object",
        "properties": {
          "subscriptions": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "$ref": "#/components/schemas/SubscriptionSummary"
            }
          },
          "next": {
            "$ref": "#/components/schemas/PageToken"
          }
        },
        "required": [
          "subscriptions"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "subscriptions": [
              {
                "stream_id": "orders",
                "subscription_id": "shipping-service",
                "start_from": "earliest",
                "created_at": "2026-11-21T01:02:03.456Z"
              }
            ]
          }
        ]
      },
      "SubscriptionPosition": {
        "title": "Position in a partition",
        "type": "object",
        "properties": {
          "partition": {
            "$ref": "#/components/schemas/Partition"
          },
          "offset": {
            "$ref": "#/components/schemas/Offset",
            "description": "The next offset to deliver."
          },
          "lag": {
            "$ref": "#/components/schemas/Count",
            "description": "Events not yet committed, without those that have expired."
          },
          "bootstrapping": {
            "type": "boolean",
            "description": "True while the subscription still reads the compacted state of this partition."
          },
          "expired": {
            "type": "boolean",
            "description": "True when the event at this offset has expired: a poll answers 410 until the subscription is sought."
          },
          "beyond_tail": {
            "type": "boolean",
            "description": "True when the partition ends before this offset, as after an older copy was restored: a poll answers 409 until the subscription is sought."
          }
        },
        "required": [
          "partition",
          "offset",
          "lag",
          "bootstrapping",
          "expired",
          "beyond_tail"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "partition": 0,
            "offset": 43,
            "lag": 0,
            "bootstrapping": false,
            "expired": false,
            "beyond_tail": false
          }
        ]
      },
      "SubscriptionSummary": {
        "title": "Subscription in a list",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "subscription_id": {
            "$ref": "#/components/schemas/SubscriptionId"
          },
          "start_from": {
            "$ref": "#/components/schemas/StartFrom"
          },
          "filter": {
            "$ref": "#/components/schemas/SubscriptionFilter"
          },
          "delivery": {
            "$ref": "#/components/schemas/DeliveryPolicy",
            "description": "Only with mode `events`."
          },
          "webhook": {
            "$ref": "#/components/schemas/WebhookSummary",
            "description": "Only where events are sent to one."
          },
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          }
        },
        "required": [
          "stream_id",
          "subscription_id",
          "start_from",
          "created_at"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders",
            "subscription_id": "shipping-service",
            "start_from": "earliest",
            "created_at": "2026-11-21T01:02:03.456Z"
          },
          {
            "stream_id": "orders",
            "subscription_id": "shipping-service",
            "start_from": "earliest",
            "created_at": "2026-11-21T01:02:03.456Z",
            "delivery": {
              "mode": "events",
              "order": "key",
              "ack_wait": 30,
              "max_deliveries": 5,
              "exhausted": "park",
              "backoff": [
                1,
                10,
                60,
                300
              ],
              "max_open": 1000,
              "max_parked": 10000
            }
          }
        ]
      },
      "SubscriptionUpdate": {
        "title": "Subscription update",
        "type": "object",
        "properties": {
          "filter": {
            "oneOf": [
              {
                "$ref": "#/components/schemas/SubscriptionFilter"
              },
              {
                "type": "null"
              }
            ],
            "description": "The new filter; null for all events."
          },
          "delivery": {
            "$ref": "#/components/schemas/DeliverySettings",
            "description": "What is to change of how events are acknowledged; at least one member. Another `mode` moves the subscription to where it stands: with cursors, to the first event that is not finished."
          },
          "webhook": {
            "oneOf": [
              {
                "$ref": "#/components/schemas/WebhookSettings"
              },
              {
                "type": "null"
              }
            ],
            "description": "Where events are sent to from now on; null: nowhere. Another `url` must be verified anew. Needs mode `events`."
          }
        },
        "required": [],
        "minProperties": 1,
        "additionalProperties": false,
        "examples": [
          {
            "filter": {
              "types": [
                "order.*"
              ]
            }
          },
          {
            "filter": null
          },
          {
            "delivery": {
              "max_deliveries": 10
            }
          },
          {
            "delivery": {
              "mode": "cursor"
            }
          },
          {
            "webhook": {
              "url": "https://example.com/hooks/orders"
            }
          },
          {
            "webhook": null
          }
        ]
      },
      "Subscription": {
        "title": "Subscription",
        "type": "object",
        "properties": {
          "stream_id": {
            "$ref": "#/components/schemas/StreamId"
          },
          "subscription_id": {
            "$ref": "#/components/schemas/SubscriptionId"
          },
          "start_from": {
            "$ref": "#/components/schemas/StartFrom"
          },
          "filter": {
            "$ref": "#/components/schemas/SubscriptionFilter"
          },
          "delivery": {
            "$ref": "#/components/schemas/Delivery",
            "description": "Only with mode `events`."
          },
          "webhook": {
            "$ref": "#/components/schemas/Webhook",
            "description": "Only where events are sent to one."
          },
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "lag": {
            "$ref": "#/components/schemas/Count",
            "description": "Events not yet committed, over all partitions, without those that have expired. With mode `events`, those not finished; what is parked does not count."
          },
          "lag_seconds": {
            "type": "integer",
            "minimum": 0,
            "description": "The age of the oldest of these events, in whole seconds; 0 when there is none. While the subscription reads the compacted state, which `lag` does not count, it is that of the first event behind it."
          },
          "positions": {
            "type": "array",
            "minItems": 1,
            "maxItems": 100,
            "items": {
              "$ref": "#/components/schemas/SubscriptionPosition"
            }
          },
          "members": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "description": "How many members its group has; left out when there is none."
          }
        },
        "required": [
          "stream_id",
          "subscription_id",
          "start_from",
          "created_at",
          "lag",
          "lag_seconds",
          "positions"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "stream_id": "orders",
            "subscription_id": "shipping-service",
            "start_from": "earliest",
            "created_at": "2026-11-21T01:02:03.456Z",
            "lag": 0,
            "lag_seconds": 0,
            "positions": [
              {
                "partition": 0,
                "offset": 43,
                "lag": 0,
                "bootstrapping": false,
                "expired": false,
                "beyond_tail": false
              }
            ]
          },
          {
            "stream_id": "orders",
            "subscription_id": "shipping-service",
            "start_from": "earliest",
            "created_at": "2026-11-21T01:02:03.456Z",
            "lag": 7,
            "lag_seconds": 3,
            "positions": [
              {
                "partition": 0,
                "offset": 43,
                "lag": 0,
                "bootstrapping": false,
                "expired": false,
                "beyond_tail": false
              }
            ],
            "delivery": {
              "mode": "events",
              "order": "key",
              "ack_wait": 30,
              "max_deliveries": 5,
              "exhausted": "park",
              "backoff": [
                1,
                10,
                60,
                300
              ],
              "max_open": 1000,
              "max_parked": 10000,
              "held": 2,
              "waiting": 1,
              "noted": 4,
              "resting": 0,
              "parked": 1,
              "oldest_open_at": "2026-11-21T01:02:03.456Z"
            }
          }
        ]
      },
      "Success": {
        "title": "Success",
        "type": "object",
        "properties": {
          "success": {
            "const": true
          }
        },
        "required": [
          "success"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "success": true
          }
        ]
      },
      "Timestamp": {
        "title": "Timestamp",
        "type": "string",
        "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
        "description": "RFC 3339 in UTC with milliseconds, set by the server. It never decreases within a partition.",
        "examples": [
          "2026-11-21T01:02:03.456Z"
        ]
      },
      "WebhookHealth": {
        "title": "Webhook health",
        "type": "object",
        "properties": {
          "state": {
            "$ref": "#/components/schemas/WebhookState"
          }
        },
        "required": [
          "state"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "state": "active"
          }
        ]
      },
      "WebhookSecret": {
        "title": "Webhook secret",
        "type": "object",
        "properties": {
          "secret": {
            "type": "string",
            "pattern": "^whsec_[A-Za-z0-9+/]{43}=$",
            "description": "The secret that signs requests, shown this once."
          }
        },
        "required": [
          "secret"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
          }
        ]
      },
      "WebhookSettings": {
        "title": "Webhook to settle",
        "type": "object",
        "properties": {
          "url": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2048,
            "description": "Where events are sent to: `https://HOST[/PATH][?QUERY]`, port 443, no user name, no fragment, a public address. A server's operator may allow other hosts and ports."
          },
          "concurrency": {
            "type": "integer",
            "minimum": 1,
            "maximum": 64,
            "default": 16,
            "description": "Requests that are under way at once. Of each key one at a time is sent."
          },
          "timeout": {
            "type": "integer",
            "minimum": 5,
            "maximum": 30,
            "default": 20,
            "description": "Seconds that a request may take."
          },
          "disable_after_hours": {
            "type": "integer",
            "minimum": 1,
            "maximum": 8760,
            "default": 120,
            "description": "Hours for which the endpoint may fail before nothing is sent to it any more."
          }
        },
        "required": [],
        "minProperties": 1,
        "additionalProperties": false,
        "description": "A new webhook needs its `url`; a change leaves what it does not name as it is. Needs the action `admin` on the stream.",
        "examples": [
          {
            "url": "https://example.com/hooks/orders"
          },
          {
            "url": "https://example.com/hooks/orders",
            "concurrency": 4,
            "timeout": 10
          },
          {
            "timeout": 30
          }
        ]
      },
      "WebhookState": {
        "title": "Webhook state",
        "type": "string",
        "enum": [
          "pending",
          "active",
          "failing",
          "disabled"
        ],
        "description": "`pending`: nothing is sent before the endpoint was verified. `active`: everything is sent. `failing`: one event at a time is tried, after pauses that grow. `disabled`: nothing is sent until it is resumed.",
        "examples": [
          "active"
        ]
      },
      "WebhookSummary": {
        "title": "Webhook in a list",
        "type": "object",
        "properties": {
          "url": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2048
          },
          "concurrency": {
            "type": "integer",
            "minimum": 1,
            "maximum": 64,
            "description": "Requests that are under way at once. Of each key one at a time is sent."
          },
          "timeout": {
            "type": "integer",
            "minimum": 5,
            "maximum": 30,
            "description": "Seconds that a request may take."
          },
          "disable_after_hours": {
            "type": "integer",
            "minimum": 1,
            "maximum": 8760,
            "description": "Hours for which the endpoint may fail before nothing is sent to it any more."
          }
        },
        "required": [
          "url",
          "concurrency",
          "timeout",
          "disable_after_hours"
        ],
        "additionalProperties": false,
        "description": "Where a subscription's events are sent to.",
        "examples": [
          {
            "url": "https://example.com/hooks/orders",
            "concurrency": 16,
            "timeout": 20,
            "disable_after_hours": 120
          }
        ]
      },
      "WebhookVerification": {
        "title": "Webhook verification",
        "type": "object",
        "properties": {
          "state": {
            "$ref": "#/components/schemas/WebhookState"
          },
          "reason": {
            "type": "string",
            "description": "Why the endpoint has not proved itself; left out when it has, or need not."
          }
        },
        "required": [
          "state"
        ],
        "additionalProperties": false,
        "examples": [
          {
            "state": "active"
          },
          {
            "state": "pending",
            "reason": "status 404"
          }
        ]
      },
      "Webhook": {
        "title": "Webhook",
        "type": "object",
        "properties": {
          "url": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2048
          },
          "concurrency": {
            "type": "integer",
            "minimum": 1,
            "maximum": 64,
            "description": "Requests that are under way at once. Of each key one at a time is sent."
          },
          "timeout": {
            "type": "integer",
            "minimum": 5,
            "maximum": 30,
            "description": "Seconds that a request may take."
          },
          "disable_after_hours": {
            "type": "integer",
            "minimum": 1,
            "maximum": 8760,
            "description": "Hours for which the endpoint may fail before nothing is sent to it any more."
          },
          "state": {
            "$ref": "#/components/schemas/WebhookState"
          },
          "since": {
            "$ref": "#/components/schemas/Timestamp",
            "description": "The moment from which on the endpoint is in this state."
          },
          "secret": {
            "type": "string",
            "pattern": "^whsec_[A-Za-z0-9+/]{43}=$",
            "description": "The secret that signs requests: only in the answer to the creation, this once."
          }
        },
        "required": [
          "url",
          "concurrency",
          "timeout",
          "disable_after_hours",
          "state",
          "since"
        ],
        "additionalProperties": false,
        "description": "Where a subscription's events are sent to, and how its endpoint is.",
        "examples": [
          {
            "url": "https://example.com/hooks/orders",
            "concurrency": 16,
            "timeout": 20,
            "disable_after_hours": 120,
            "state": "active",
            "since": "2026-11-21T01:02:03.456Z"
          }
        ]
      }
    }
  }
}

"""#
