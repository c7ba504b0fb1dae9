# Every route and the function that serves it, as in the code. One entry a line.

locals {
  routes = {
    "GET /health"                                                = "admin"
    "GET /openapi.json"                                          = "admin"
    "GET /keys"                                                  = "admin"
    "POST /keys"                                                 = "admin"
    "DELETE /keys/{key_id}"                                      = "admin"
    "GET /streams"                                               = "admin"
    "POST /streams"                                              = "admin"
    "GET /streams/{stream}"                                      = "admin"
    "PATCH /streams/{stream}"                                    = "admin"
    "DELETE /streams/{stream}"                                   = "admin"
    "GET /streams/{stream}/subscriptions"                        = "admin"
    "POST /streams/{stream}/subscriptions"                       = "admin"
    "GET /streams/{stream}/subscriptions/{subscription}"         = "admin"
    "DELETE /streams/{stream}/subscriptions/{subscription}"      = "admin"
    "POST /streams/{stream}/events"                              = "publish"
    "GET /streams/{stream}/events"                               = "poll"
    "GET /streams/{stream}/compacted"                            = "poll"
    "GET /streams/{stream}/compacted/{key+}"                     = "poll"
    "GET /streams/{stream}/partitions/{partition}/head"          = "poll"
    "GET /streams/{stream}/subscriptions/{subscription}/poll"    = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/commit" = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/seek"   = "poll"
    "POST /streams/{stream}/compact"                             = "compactor"
    "POST /streams/{stream}/accept-tail"                         = "compactor"
    "POST /accept-clock"                                         = "compactor"
  }
}
