# What each function does to which rows, as Shared/LedgerService does it. dynamodb:LeadingKeys holds
# every call to rows of these partition keys; a transaction is authorised by its single writes.
# No function may scan, update in place or read in batches: nothing does. Tests/ProjectTests/RightsTests
# runs the functions with these rights, and fails where one is missing or unused.

locals {
  rows = {
    admin = {
      Get = [
        "CLOCK",   # the highest time seen, against which the function's clock is held
        "KEYS",    # the caller's API key
        "STREAMS", # every call finds its stream by name
        "PART#*",  # describing a stream or a subscription looks at the tails
        "SUBS#*",  # describing, changing and deleting a subscription
        "PUSH",    # the health of a webhook
      ]
      Query = [
        "KEYS",    # list API keys
        "STREAMS", # list streams
        "LOG#*",   # tails and earliest offsets; a start at a point in time
        "SUBS#*",  # list subscriptions
        "POS#*",   # where a described subscription stands
        "PUSH",    # how many webhooks there are
      ]
      Put = [
        "KEYS",    # create an API key
        "STREAMS", # create, change, mark as deleting
        "NAME#*",  # the name of a created stream
        "LOG#*",   # the seals of a deleted stream, only where nothing is yet
        "SUBS#*",  # create or change a subscription
        "PUSH",    # with a webhook; verify and resume it
        "GC",      # what a deletion leaves to the sweep
      ]
      Delete = [
        "KEYS",    # revoke an API key
        "STREAMS", # frees a deleted stream's name
        "SUBS#*",  # delete a subscription
        "PUSH",    # and its webhook
      ]
    }

    publish = {
      Get = [
        "CLOCK",
        "KEYS",
        "STREAMS", # how many partitions
        "PART#*",  # the tail, where the log does not tell it
      ]
      Query = [
        "LOG#*",  # the tail
        "IDEM#*", # what an Idempotency-Key stored before
      ]
      Put = [
        "LOG#*",  # append, only where nothing is yet
        "IDEM#*", # remember an Idempotency-Key, in the transaction of its chunk
      ]
    }

    poll = {
      Get = [
        "CLOCK",
        "KEYS",
        "STREAMS",
        "PART#*",  # whether a gap had expired; the tail
        "STATE#*", # the latest event of one key
        "SUBS#*",  # the subscription, its secret and its epoch
        "POS#*",   # a delivery's row, when another's change came first
        "PARK#*",  # a parked event
      ]
      Query = [
        "LOG#*",
        "STATE#*", # compacted state and bootstrap
        "POS#*",   # what was committed, a group's members, what is not acknowledged
        "PARK#*",  # the parked events
      ]
      Put = [
        "POS#*",  # commit, leases, sessions, acknowledgements
        "PARK#*", # park, replay, discard, in the transaction of the delivery's row
        "SUBS#*", # a seek replaces the subscription's row
      ]
    }

    compactor = {
      Get = [
        "CLOCK",
        "KEYS",
        "STREAMS",
        "PART#*", # how far a partition is folded
        "NAME#*", # the stream of the table's news
        "SWEEP",  # how far the sweep is
      ]
      Query = [
        "STREAMS", # the sweep goes through all streams
        "RINGS",   # what it has to come back to
        "PUSH",    # for which streams it rings
        "LOG#*",   # what is to be folded or has expired
        "PART#*",  # and, when a stream was deleted, every row it had
        "STATE#*",
        "SUBS#*",
        "POS#*",
        "PARK#*",
        "IDEM#*",
        "NAME#*",
        "GC", # deletion jobs
      ]
      Put = [
        "CLOCK",   # the highest time seen
        "STATE#*", # the latest event of each key
        "PART#*",  # folded up to, swept, trim
        "LOG#*",   # seals, where a deletion was interrupted
        "GC",      # how far a deletion is
        "RINGS",   # what could not be done now
        "SWEEP",   # how far the sweep is
      ]
      Delete = [
        "STREAMS", # the end of an interrupted deletion
        "GC",      # a finished deletion
        "RINGS",   # what is done
      ]
      # The only one that removes rows of the log: expired ones, and those of deleted streams. IAM has
      # no word for deletions alone: the action would allow puts in batches too.
      BatchWrite = [
        "LOG#*",
        "STATE#*",
        "SUBS#*",
        "PUSH",
        "POS#*",
        "PARK#*",
        "IDEM#*",
        "PART#*",
        "NAME#*",
      ]
    }

    # It sends what it reads to addresses that users choose, so it can neither publish nor manage
    # anything, and sees no API key.
    push = {
      Get = [
        "CLOCK",
        "STREAMS",
        "NAME#*", # the streams that have webhooks
        "SUBS#*", # where a webhook goes, and its secrets
        "PART#*", # the tail, where the log does not tell it
        "POS#*",  # a delivery's row, when it is unknown what became of a write
        "PARK#*", # an event that is asked for again
        "PUSH",   # the health of an endpoint
      ]
      Query = [
        "PUSH",    # all webhooks
        "STREAMS", # streams from before there were rows of their names
        "SUBS#*",  # the subscriptions that have webhooks
        "LOG#*",   # the events
        "POS#*",   # what was delivered
      ]
      Put = [
        "POS#*",  # what is under way, acknowledged, or to be tried again
        "PARK#*", # what was given up, or asked for again
        "PUSH",   # the health of an endpoint
      ]
    }
  }

  actions = {
    Get        = "dynamodb:GetItem"
    Query      = "dynamodb:Query"
    Put        = "dynamodb:PutItem"
    Delete     = "dynamodb:DeleteItem"
    BatchWrite = "dynamodb:BatchWriteItem"
  }
}
