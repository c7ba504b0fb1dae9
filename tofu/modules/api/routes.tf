# Every route and the function that serves it, as in the code. One entry a line in `routes`.

locals {
  routes = {
    "GET /health"                                                                       = "admin"
    "GET /openapi.json"                                                                 = "admin"
    "GET /keys"                                                                         = "admin"
    "POST /keys"                                                                        = "admin"
    "DELETE /keys/{key_id}"                                                             = "admin"
    "GET /streams"                                                                      = "admin"
    "POST /streams"                                                                     = "admin"
    "GET /streams/{stream}"                                                             = "admin"
    "PATCH /streams/{stream}"                                                           = "admin"
    "DELETE /streams/{stream}"                                                          = "admin"
    "GET /streams/{stream}/subscriptions"                                               = "admin"
    "POST /streams/{stream}/subscriptions"                                              = "admin"
    "GET /streams/{stream}/subscriptions/{subscription}"                                = "admin"
    "PATCH /streams/{stream}/subscriptions/{subscription}"                              = "admin"
    "DELETE /streams/{stream}/subscriptions/{subscription}"                             = "admin"
    "POST /streams/{stream}/subscriptions/{subscription}/webhook/verify"                = "admin"
    "POST /streams/{stream}/subscriptions/{subscription}/webhook/rotate"                = "admin"
    "POST /streams/{stream}/subscriptions/{subscription}/webhook/resume"                = "admin"
    "POST /streams/{stream}/events"                                                     = "publish"
    "GET /streams/{stream}/events"                                                      = "poll"
    "GET /streams/{stream}/compacted"                                                   = "poll"
    "GET /streams/{stream}/compacted/{key+}"                                            = "poll"
    "GET /streams/{stream}/partitions/{partition}/head"                                 = "poll"
    "GET /streams/{stream}/subscriptions/{subscription}/poll"                           = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/commit"                        = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/seek"                          = "poll"
    "GET /streams/{stream}/subscriptions/{subscription}/members"                        = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/members/{member}/heartbeat"    = "poll"
    "DELETE /streams/{stream}/subscriptions/{subscription}/members/{member}"            = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/receive"                       = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/ack"                           = "poll"
    "GET /streams/{stream}/subscriptions/{subscription}/parked"                         = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/parked"                        = "poll"
    "POST /streams/{stream}/subscriptions/{subscription}/parked/replay"                 = "poll"
    "GET /streams/{stream}/subscriptions/{subscription}/parked/{partition}/{offset}"    = "poll"
    "DELETE /streams/{stream}/subscriptions/{subscription}/parked/{partition}/{offset}" = "poll"
    "POST /streams/{stream}/compact"                                                    = "compactor"
    "POST /streams/{stream}/accept-tail"                                                = "compactor"
    "POST /accept-clock"                                                                = "compactor"
  }

  # A route of the gateway is of one method: HEAD, which works where GET does, needs its own.
  head_routes = { for route, function in local.routes : replace(route, "/^GET /", "HEAD ") => function if startswith(route, "GET ") }

  # Whatever no route takes gets the ledger's own 404 or 405. That takes preflights away from the
  # gateway, which only adds its headers to the answer; they bring no token.
  other_routes = merge({ "$default" = "admin" }, length(var.cors_origins) == 0 ? {} : { "OPTIONS /{proxy+}" = "admin" })

  all_routes = merge(local.routes, local.head_routes, local.other_routes)
}
