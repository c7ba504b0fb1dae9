/// Every limit of the ledger, the same in every way of running.
///
/// KB and MB are powers of 1,024.
///
/// Where a number comes from DynamoDB or Lambda it holds on the embedded engine too, so that a
/// client never changes when the deployment does.
public enum Limits {
    // MARK: Requests

    /// A request body after decompression, bytes.
    ///
    /// A function's 6 MB request holds it escaped.
    public static let bodyBytes = 4 * 1024 * 1024
    /// Events in one publish call; the body's limit keeps their chunks within one transaction.
    public static let eventsPerPublish = 10_000
    /// A publish's answer with a line for each event, bytes, as the text in a function's answer.
    ///
    /// A function's 6 MB answer holds it. The size is known before anything is stored, and a
    /// publish whose answer would be larger is refused: otherwise its events would be stored and
    /// never confirmed.
    public static let receiptBytes = 5 * 1024 * 1024
    /// Key + type + headers + data of one event, bytes.
    ///
    /// A chunk item must stay under 400 KB.
    public static let eventBytes = 256 * 1024
    /// An event key, bytes of UTF-8.
    ///
    /// It is a DynamoDB sort key, whose limit is 1,024.
    public static let keyBytes = 1...512
    /// An event type, bytes of UTF-8, none of them a control character.
    ///
    /// As long as the names that reverse domains and URNs make.
    public static let typeBytes = 1...255
    /// Patterns in each list of a subscription's filter.
    package static let filterPatterns = 1...16
    /// A stream's or subscription's name, bytes.
    ///
    /// As Kafka's topics, so that theirs can be taken over.
    public static let nameBytes = 249
    /// Headers of one event.
    public static let headersPerEvent = 32
    /// Arrays and objects nested inside `data`.
    public static let dataDepth = 128
    /// `Idempotency-Key`, printable ASCII characters.
    public static let idempotencyKeyBytes = 1...255

    // MARK: Pages

    /// Events or entries in one page.
    public static let pageEntries = 1...1000
    /// Entries in a page when `limit` is left out.
    public static let defaultPageEntries = 100
    /// The longest silence in a stream of server-sent events.
    package static let eventStreamPause = Duration.seconds(15)
    /// The age at which such a stream ends; its client comes back.
    package static let eventStreamAge = Duration.seconds(300)
    /// The age up to which a page of such a stream is kept for equal readers that lag behind.
    package static let keptPageAge = Duration.seconds(15)
    /// Such pages of a process, bytes; a dozen of the largest.
    package static let keptPageBytes = 16 * 1024 * 1024
    /// A page of events by the event measure, bytes; always at least one event.
    public static let pageBytes = 1024 * 1024
    /// The most that one reading call decodes, bytes before compression: sixteen pages' worth, so
    /// that a page of large chunks is whole and a page of highly compressed ones can't exhaust
    /// memory.
    public static let readBytes = 16 * 1024 * 1024
    /// The same for a call with a filter, which may deliver nothing of what it decodes.
    public static let filteredReadBytes = 8 * 1024 * 1024
    /// The most events and compacted entries that one call examines; those it passes over count
    /// too, because they cost the same work.
    public static let readEntries = 10_000
    /// The time after which a call that has made progress reads no further: a client
    /// waits seconds for events, not for a whole scan.
    public static let readTime: Duration = .seconds(2)
    /// Chunks that one query of a log asks for at most.
    package static let chunksPerRead = 1000
    /// Facts of one kind that a process remembers of earlier reads.
    package static let readHints = 100_000
    /// Rows of deliveries that a process keeps, so that the next change need not read them.
    package static let deliveryLanes = 64
    /// The memory that a process takes at most for chunks that it has decoded and may need again.
    package static let decodedBatchesBytes = 16 << 20
    /// The number of times that a gap in the log is read again before it counts as damage: a
    /// transaction's rows become visible one by one.
    public static let gapLooks = 2
    /// The pause before each of these reads.
    public static let gapPause: Duration = .milliseconds(50)
    /// The time that a call may wait for events; the API takes seconds.
    ///
    /// API Gateway answers by itself at 30.
    public static let wait: ClosedRange<Duration> = .zero ... .seconds(20)

    /// The time for which `eventledger publish` holds a line to send others with it:
    /// too short to notice, and long enough for a fast source to fill a batch.
    public static let lineBatchPatience: Duration = .milliseconds(100)

    // MARK: Streams

    /// Partitions of a stream.
    ///
    /// 100 is the most items one DynamoDB transaction takes.
    public static let partitions = 1...100
    /// Partitions of a stream when left out.
    public static let defaultPartitions = 3
    /// Retention, hours; ten years at most.
    public static let retentionHours = 1...87600
    /// Retention when left out, hours.
    public static let defaultRetentionHours = 168

    // MARK: Groups

    /// Members of one subscription's group.
    package static let members = 100
    /// The name of a member, bytes.
    package static let memberNameBytes = 1...64
    /// A member's session.
    package static let session: ClosedRange<Duration> = .seconds(10) ... .seconds(300)
    /// A member's session when left out.
    public static let defaultSession: Duration = .seconds(45)
    /// Rows of a group that one query asks for: a group of the most partitions and members at once,
    /// with many that have left.
    package static let groupRows = 1_000
    /// The time for which a member's row stays after its last renewal.
    package static let memberAge: Duration = .hours(24)
    /// The time for which the row of a member that has gone stays.
    package static let goneMemberAge: Duration = .hours(1)
    /// Timers that a process knows at least, those that it saw last.
    package static let timers = 100_000
    /// The longest pause between two looks of a member that waits for events.
    package static let groupLookPause: Duration = .seconds(1)
    /// Tries of a commit's writes under a lease while the outcome of one is open.
    package static let leaseCommitTries = 3

    // MARK: Deliveries

    /// The time that a consumer has for the events it was handed, whole seconds.
    public static let ackWait: ClosedRange<Duration> = .seconds(5) ... .seconds(43_200)
    /// Failed deliveries of an event before it is parked.
    public static let maxDeliveries = 1...1_000
    /// Pauses after an event's failures, one after another; the last one repeats.
    public static let backoffs = 1...20
    /// Such a pause, and the one that a consumer asks for.
    public static let backoff: ClosedRange<Duration> = .zero ... .seconds(86_400)
    /// Unfinished events of a partition beyond which it hands out nothing new.
    public static let maxOpen = 10...4_000
    /// Parked events of a partition beyond which it hands out nothing new.
    public static let maxParked = 100...1_000_000
    /// The greatest part of a pause that chance adds or takes away, percent.
    package static let backoffJitter: Int64 = 20
    /// The longest that a lease is extended to, from when its events were handed out.
    package static let longestLease: Duration = .seconds(43_200)
    /// The longest timer that a delivery's row may hold: the longest pause and what chance adds.
    package static let longestTimer: Duration = .seconds(86_400 * 12 / 10)
    /// Events that one acknowledgement may name.
    public static let acknowledgedEvents = 1_000
    /// Deliveries that are counted; a policy without a limit goes on beyond it.
    package static let largestDeliveries = 1_000_000
    /// The name of a client's attempt to receive, printable ASCII.
    public static let attemptBytes = 1...64
    /// The name by which a consumer calls itself, bytes.
    public static let consumerBytes = 64
    /// A consumer's reason, bytes.
    public static let reasonBytes = 512
    /// The part of it that is kept while the event is not finished, bytes.
    package static let openReasonBytes = 128
    /// Entries of a parked event's history that are kept, the newest ones.
    package static let parkingEntries = 5
    /// Unfinished events of a key that are noted one by one; behind them only the place is.
    package static let notedPerKey = 8
    /// Events that one transaction parks or asks for again, beside the partition's own row.
    package static let parkingsAtOnce = 90
    /// Parked events that one call delivers again: each is read from a row of its own.
    package static let replaysAtOnce = 250
    /// The size of a row's unfinished events from which consumers' names and reasons are left out,
    /// bytes.
    package static let openEventsBytes = 256 * 1024
    /// The size of the log that one call looks through for what was passed over, bytes.
    package static let restScanBytes = 2 * 1024 * 1024
    /// Rows of parked events that one call looks at, to list them or to ask for all of them.
    package static let parkedRows = 1_000
    /// Tries of a change of a delivery's row before the call ends with `contention`.
    package static let deliveryTries = 5
    /// The longest pause before such a try, doubled with each.
    package static let deliveryPause: Duration = .milliseconds(10)
    /// The time for which the row of an event that is parked no more stays.
    package static let unparkedAge: Duration = .hours(1)

    // MARK: Webhooks

    /// The address of a webhook, bytes.
    package static let webhookURLBytes = 1...2048
    /// Requests to one webhook that are under way at once.
    package static let webhookConcurrency = 1...64
    /// The same when left out.
    package static let defaultWebhookConcurrency = 16
    /// The time that a request to a webhook may take.
    package static let webhookTimeout: ClosedRange<Duration> = .seconds(5) ... .seconds(30)
    /// The same when left out.
    package static let defaultWebhookTimeout: Duration = .seconds(20)
    /// The time after which a failing webhook is disabled, hours; a year at most.
    package static let webhookDisableHours = 1...8760
    /// The same when left out, hours: five days, so that a long weekend passes.
    package static let defaultWebhookDisableHours = 120
    /// The time for which a secret signs along after it was replaced.
    package static let webhookSecretOverlap: Duration = .hours(24)
    /// The longest pause that an endpoint can ask for.
    package static let webhookRetryAfter: Duration = .hours(24)
    /// Failed events in a row that are an outage of the endpoint.
    package static let webhookFailures = 10
    /// The keys that these have at least: one key that always fails is no outage.
    package static let webhookFailureKeys = 3
    /// The pauses before a failing endpoint is probed, the last one again and again.
    package static let webhookProbePauses: [Duration] = [
        .seconds(10), .seconds(30), .seconds(60), .seconds(300), .seconds(600), .seconds(1800),
    ]
    /// The time beyond a probe's own after which another process may send the next.
    package static let webhookProbeMargin: Duration = .seconds(10)
    /// Webhooks of one ledger.
    package static let webhooks = 100
    /// Events that are received at once to be sent.
    package static let webhookPage = 100
    /// Pages of one webhook of which events are to be sent at the same time: a slow one does not
    /// keep the next waiting.
    package static let webhookPages = 2
    /// The pause between two looks for events while some are under way and there were no others.
    package static let webhookLookPause: Duration = .seconds(1)
    /// The pause between a process's looks for what others may have changed.
    package static let webhookLook: Duration = .seconds(5)
    /// The shortest pause before a look for events whose timers may be over.
    package static let webhookShortestPause: Duration = .milliseconds(100)
    /// Requests to webhooks that one process has under way at once.
    package static let webhookRequests = 128
    /// Webhooks that a function serves at once.
    package static let webhooksAtOnce = 16
    /// Events of which one is chosen for a probe.
    package static let webhookProbeChoices = 32
    /// The time that requests have to end when the process does.
    package static let webhookGrace: Duration = .seconds(5)
    /// The part of an answer that is read, bytes: enough for a challenge.
    package static let webhookAnswerBytes = 4096
    /// The time that a connection to an endpoint may take.
    package static let webhookConnectTimeout: Duration = .seconds(5)
    /// The time that an endpoint has to meet its challenge: less than a function has for the call.
    package static let webhookVerification: Duration = .seconds(20)
    /// Rows of webhooks that one look of the compactor's process takes, to know for which streams it
    /// rings: many more than there may be.
    package static let pushRows = 1_000
    /// The time in which the function that sends webhooks is rung once for a stream.
    ///
    /// Records of the table's stream are gathered for as long, so the last batch of a burst comes so
    /// much later than the one before, and has its ring.
    package static let pushRingPause: Duration = .seconds(1)
    /// Streams that one call of that function may name.
    package static let pushStreams = 1_000
    /// The end of its time in which that function begins nothing more: requests may take
    /// ``webhookTimeout``, and what became of them is still to be stored.
    package static let pushMargin: Duration = .seconds(60)

    // MARK: API keys

    /// The name of a key, bytes of UTF-8.
    public static let keyNameBytes = 1...128
    /// Scopes of one key.
    public static let scopesPerKey = 1...32

    // MARK: Storage

    /// A chunk's record batch as stored, bytes, unless a single event is larger.
    public static let chunkBytes = 128 * 1024
    /// A record batch before compression, bytes, so that a reader never expands much for one page.
    public static let chunkPayloadBytes = 512 * 1024
    /// A record batch after decompression as a reader accepts it, bytes: far above what is written,
    /// and small enough that a damaged length cannot exhaust memory.
    public static let decodedBatchBytes = 8 * 1024 * 1024
    /// A record batch's payload above which compressing it is tried, bytes.
    public static let compressionThreshold = 512
    /// One row, bytes (DynamoDB).
    public static let itemBytes = 400 * 1024
    /// A row's sort key, bytes (DynamoDB).
    public static let sortKeyBytes = 1...1024
    /// Items in one transaction (DynamoDB).
    public static let transactionItems = 100
    /// Bytes in one transaction (DynamoDB).
    public static let transactionBytes = 4 * 1024 * 1024
    /// One page of a table query, bytes (DynamoDB).
    public static let queryPageBytes = 1024 * 1024

    // MARK: Folds

    /// Keys after which a fold stores its results and moves the watermark, so that a crash or a
    /// throttled table repeats no more than so many puts.
    public static let foldStepKeys = 1_000
    /// Keys and events of the compacted state after which it does so, bytes.
    public static let foldStepBytes = 1024 * 1024
    /// Bytes of records before compression after which it does so.
    ///
    /// A page of the log expands to 512 MB: so much work must not hang on one watermark.
    public static let foldStepDecodedBytes = 16 * 1024 * 1024
    /// Partitions that a process folds at once.
    ///
    /// One takes a page of the log, a step of the compacted state and an expanded chunk, about
    /// 8 MB; a stream of 100 partitions must not take a hundred times as much.
    public static let foldsAtOnce = 8
    /// Puts of one fold that are under way at once.
    public static let foldPutsAtOnce = 256
    /// The time without any accepted put after which a fold leaves the rest to a later one:
    /// until then it keeps other partitions waiting.
    public static let foldStandstill: Duration = .seconds(30)
    /// The pause before a refused call of a fold is repeated: doubled with each refusal.
    public static let foldPause: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)

    /// Chunks that one fold takes: under constant load none would ever see the log's end.
    package static let foldChunks = 256
    /// The rest of a process that folds, as a multiple of the time that it took.
    package static let foldRestShare = 4
    /// The time after which it rests though partitions are left.
    package static let foldStretch: Duration = .milliseconds(250)
    /// The time that counts in one round at least and at most: whatever there is to fold, its end is in
    /// sight, and one fold may have taken the hours for which the machine was suspended.
    package static let foldRestBasis: ClosedRange<Duration> =
        .milliseconds(50) ... .milliseconds(2_500)
    /// Partitions of which a process remembers how far their folds are behind.
    package static let foldLagEntries = 100_000

    // MARK: Waiting

    /// The most requests that wait for one partition: 32 in each write, at a write each 80 ms, for
    /// the ten seconds that a publish may take.
    public static let queuedUnits = 4096
    /// The most bytes of events that wait for one partition: 64 of the largest chunks.
    public static let queuedBytes = 32 * 1024 * 1024
    /// Requests with an `Idempotency-Key` that share one write, which is a transaction then: a
    /// third of its items, so that chunks and other requests find room.
    public static let mergedMarks = 32
    /// The time that one write of an append may take.
    package static let attemptTimeout: Duration = .seconds(2)
    /// Conflicts of one append that are each followed by a pause before it tries the next offset.
    ///
    /// After more of them it goes on at once: a writer that pauses always comes second to one that
    /// need not.
    package static let politeConflicts = 3
    /// The longest of those pauses: about what a write takes.
    package static let conflictPause: Duration = .milliseconds(5)
    /// Every so many conflicts the tail is read instead of adopted from the row in the way.
    ///
    /// That row tells of one chunk only. A process whose tail is up to a minute old may be thousands
    /// of chunks behind, and would not get to the end of them in time.
    package static let conflictsUntilReading = 4
    /// Partitions whose tails a process remembers for appending.
    public static let appenders = 10_000

    /// Tries of a compare-and-set before the call ends with `contention`, and of a stream's creation
    /// that the table refuses for the moment.
    package static let casTries = 10

    // MARK: Time

    /// The greatest age of a decision when its write is carried out, by either clock:
    /// the time for which DynamoDB accepts a signed request.
    public static let decisionAge: Duration = .seconds(300)
    /// The greatest lead of a believed clock over the highest time seen and what has passed since:
    /// the same as ``physicalRetentionMargin``, by which clocks may differ.
    public static let clockLead: Duration = .hours(1)
    /// The time after which a clock that is further ahead is believed after all:
    /// enough for an operator to be alerted, and for time synchronisation to correct it.
    public static let clockPatience: Duration = .hours(1)
    /// The lead of a doubted clock beyond which no event is stamped at all: events
    /// stamped meanwhile may be too early by as much, and expire that much too soon.
    public static let clockJump: Duration = .hours(24)
    /// The age at which the table's highest time is written anew: well below
    /// ``clockLead``, so that a new process is not in doubt, and rare, because it costs a write.
    public static let clockInterval: Duration = .seconds(600)
    /// The time for which a process uses a cached tail or stream description.
    public static let cacheAge: Duration = .seconds(60)
    /// No chunk is physically deleted earlier than this after its write.
    public static let physicalRetention: Duration = .hours(48)
    /// The margin added to ``physicalRetention`` for clocks that differ.
    public static let physicalRetentionMargin: Duration = .hours(1)
    /// The age below which nobody can have removed a chunk: half of the shortest
    /// retention, so that clocks may be off by ``clockSkew``.
    public static let unremovedAge: Duration = .seconds(1800)
    /// The time for which an `Idempotency-Key` is remembered.
    public static let idempotencyAge: Duration = .hours(24)
    /// The time for which a deleted key's marker stays in the compacted state: longer than
    /// any fold can be in flight.
    public static let tombstoneAge: Duration = .hours(24)
    /// The time for which an expired API key stays in lists: 30 days.
    public static let expiredKeyAge: Duration = .hours(30 * 24)
    /// The time for which a process remembers that no API key has an id.
    public static let unknownKeyAge: Duration = .seconds(5)
    /// The most API keys that a process caches, ids without a key included.
    public static let cachedKeys = 10_000
    /// Look-ups a second of API keys that a process has not lately found valid, so that a flood of
    /// invented keys does not become a flood of table reads.
    public static let keyLookupsPerSecond = 200
    /// Requests a second that one instance of a function accepts from one API key by default: a
    /// client that calls one after the other over the internet stays below.
    public static let functionRequestsPerSecond = 100
    /// The most requests a second that a limit may be set to: beyond any process's reach.
    public static let largestRequestRate = 1_000_000
    /// The greatest age of a fold's reads when their results are stored: much less
    /// than ``tombstoneAge``.
    public static let foldPatience: Duration = .seconds(600)
    /// The longest that reading a page takes, from reading the stream's description
    /// on: much less than ``deletionGrace``.
    public static let readPatience: Duration = .seconds(300)
    /// The time between the seals and the removal of a deleted stream's rows: cached
    /// tails live 60 s, a signed request 5 minutes, and the clocks of the process that seals and
    /// the one that removes may each be off by the 5 minutes that a signature allows.
    public static let deletionGrace: Duration = .seconds(1200)
    /// The greatest difference between two processes' clocks: as AWS allows a signature.
    public static let clockSkew: Duration = .seconds(300)

    // MARK: Sweep

    /// The interval at which a sweep visits a quiet stream: six hours, out of the 47
    /// for which a verified tail is trusted.
    public static let sweepEvery: Duration = .hours(6)
    /// The longest that one run of the sweep works on a server; runs begin a minute
    /// apart.
    public static let sweepRun: Duration = .seconds(60)
    /// The longest lease of a sweep: as long as a function can run.
    public static let sweepLease: Duration = .seconds(900)
    /// The streams that a run visits where several processes share a table: at three partitions
    /// each and a run a minute, they take 50 write units and 100 read units a second.
    public static let sweepPace = 1000
    /// The runs in which a round must be done however many streams there are: a quarter of six
    /// hours.
    public static let sweepRuns = 90
    /// Streams that a sweep visits at the same time: enough to have many reads in flight, few
    /// enough for a function's memory.
    public static let sweepLanes = 8
    /// Partitions that a sweep folds at the same time, for the same reasons.
    public static let sweepFolds = 4
    /// Deletion jobs that are worked on at the same time.
    public static let sweepJobs = 4
    /// Pages of rows that one visit, or one turn of a deletion job, removes before others get their
    /// turn.
    public static let sweepPages = 10
    /// Rows in such a page, and streams in a page of the round.
    public static let sweepPageRows = 1000
    /// Deletion jobs and kept rings that one run takes up; the next one takes up others.
    public static let sweepTasks = 10_000
    /// Refusals in a row after which a removal is given up for this run: about a minute and a half,
    /// with pauses from 50 ms to 5 s in between.
    public static let removalAttempts = 24
    /// The smallest batch that a refused removal is repeated with, rows; each refusal halves it.
    package static let removalBatch = 25
    /// The pause after a refused removal: twice the first with the first refusal,
    /// doubled with each further one, never more than the last.
    package static let removalPause: ClosedRange<Duration> = .milliseconds(50) ... .seconds(5)
    /// The least time between two marks that a tail was verified: each mark is a write,
    /// and rounds do not come to the minute.
    package static let sweptMarkAge = sweepEvery / 2
    /// Streams of which a process remembers that nothing of theirs is going to expire soon.
    package static let restingStreams = 100_000
    /// The pause between two runs of the sweep at least, also when a run took long.
    package static let sweepPause: Duration = .seconds(1)
    /// Streams that a metric names, those with the largest values: a scrape stays small however
    /// many there are.
    public static let namedStreams = 20

    // MARK: Lags

    /// Subscriptions whose lag a process shows, for the same reason.
    package static let lagPlaces = 100
    /// Subscriptions beyond these that it counts.
    package static let lagOthers = 10_000
    /// The time for which a subscription that is not used keeps its place from others: long enough
    /// for someone to hear that its consumer stands still.
    package static let lagPlaceAge: Duration = .hours(24)
    /// The least time between two rounds that read lags: a little less than a minute, which most
    /// scrapes are apart.
    package static let lagPause: Duration = .seconds(45)
    /// Partitions after which a round leaves the rest to the next one: each costs two or three reads.
    package static let lagRoundPartitions = 1_000
    /// The age at which a lag that was read is no longer shown: more than the ten rounds, a minute
    /// apart, that reading all takes when each subscription has a hundred partitions.
    package static let lagReadingAge: Duration = .seconds(900)
    /// Times of events that a process remembers: as many as a hundred places have partitions.
    package static let eventTimes = 10_000
}
