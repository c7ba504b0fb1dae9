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
        "description": "Reads one partition, or with neither `partition` nor `key` all of them in turns. Nothing is stored by it. `cursor` goes on where a page ended; it does not go with `from` or `last`, nor they with one another. With `key` or `type` what does not fit is passed over, and `scanned` counts what was looked at. One call decodes at most 16 MB (8 MB with a filter), looks at 10,000 events, and reads for about 2 seconds: then the page ends where it is, perhaps without events, with `caught_up` false and the cursor moved on.",
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
        "description": "An offset beyond the tail is a 400. With `offsets`, partitions left out start at the earliest event.",
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
            "$ref": "#/components/responses/validation_error_or_malformed_request_or_invalid_stream_id_or_invalid_subscription_id"
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
            "$ref": "#/components/responses/subscription_already_exists_or_compaction_disabled"
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
        "summary": "Change what a subscription is for",
        "description": "Another filter holds from the next poll on, without moving the subscription: what was passed over so far is not delivered later. Cursors stay valid.",
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
        "description": "Gives the events after the committed positions, or after `cursor`, and commits nothing. With `wait`, an empty poll waits for events. A subscription with a filter passes over what does not fit; one call decodes at most 8 MB, looks at 10,000 events and reads for about 2 seconds, then the page ends where it is, perhaps without events, with `caught_up` false and the cursor moved on. With `member` the caller is a member of the subscription's group: members share the partitions, each poll renews the member's session, takes partitions that are free and gives up what is others' share, and the page is of what the member holds. `member` in the answer says what that is. A poll with `wait` then also ends when it changes.",
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
            "$ref": "#/components/responses/cursor_superseded_or_position_beyond_tail_or_too_many_members"
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
            "$ref": "#/components/responses/cursor_superseded_or_position_beyond_tail_or_lease_lost_or_partition_leased"
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
        "description": "Forward or back. Cursors from before the seek are refused afterwards. With `offsets`, partitions left out stay where they are.",
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
            "$ref": "#/components/responses/too_many_members"
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
      "cursor_superseded_or_position_beyond_tail_or_lease_lost_or_partition_leased": {
        "description": "`cursor_superseded`: The cursor is from before a seek. Poll again. `position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on. `lease_lost`: Other members of the group have taken partitions of the cursor over: nothing of those in `details.lost` was changed, those in `details.committed` are committed. Go on with the cursor of the next poll. `partition_leased`: The cursor is of no member, and a member of the subscription's group holds a partition of it. Nothing of that partition was changed; others may be committed.",
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
                    "partition_leased"
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
              }
            }
          }
        }
      },
      "cursor_superseded_or_position_beyond_tail_or_too_many_members": {
        "description": "`cursor_superseded`: The cursor is from before a seek. Poll again. `position_beyond_tail`: A cursor or what a subscription committed lies beyond the end of a partition: events are missing that were there when it was made. Nothing is passed over and nothing changed. `details` has the position and the next offset; seek to go on. `too_many_members`: The subscription's group has as many members as it may have. Nothing was changed.",
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
                    "too_many_members"
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
      "subscription_already_exists_or_compaction_disabled": {
        "description": "`subscription_already_exists`: A subscription of this name exists. `compaction_disabled`: The stream was created without compaction.",
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
                    "compaction_disabled"
                  ]
                }
              }
            },
            "examples": {
              "subscription_already_exists": {
                "$ref": "#/components/examples/subscription_already_exists"
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
      "too_many_members": {
        "description": "`too_many_members`: The subscription's group has as many members as it may have. Nothing was changed.",
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
                    "too_many_members"
                  ]
                }
              }
            },
            "examples": {
              "too_many_members": {
                "$ref": "#/components/examples/too_many_members"
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
          "message": "The subscription was moved by a seek after this cursor was handed out.",
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
          "unauthorized",
          "forbidden",
          "not_found",
          "stream_not_found",
          "subscription_not_found",
          "partition_not_found",
          "key_not_found",
          "api_key_not_found",
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
          }
        },
        "required": [
          "filter"
        ],
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
          "created_at": {
            "$ref": "#/components/schemas/Timestamp"
          },
          "lag": {
            "$ref": "#/components/schemas/Count",
            "description": "Events not yet committed, over all partitions, without those that have expired."
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
      }
    }
  }
}

"""#
