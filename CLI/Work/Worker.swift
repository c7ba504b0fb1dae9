import LedgerClient
import LedgerServer

/// Does what a ``WorkPlan`` decides: makes the calls, runs the commands, waits for what comes.
struct Worker {
    /// What came of an action, or from outside.
    private enum News: Sendable {
        case ended(job: Int, CommandEnd)
        case received(Result<ReceivedPage, Failure>)
        case acknowledged(Result<AcknowledgementAnswer, Failure>)
        case signal(Int32)
        /// The time for which the plan waited has come.
        case time
    }

    /// For receives, which may wait long.
    let receiver: Subscriber
    /// The same subscription over a connection of its own, for all that must not wait for them.
    let teller: Subscriber
    let processes: CommandProcesses
    let unit: WorkPlan.Unit
    /// What every receive asks for.
    let request: ReceiveRequest
    /// With a receive's number, the name by which the ledger knows it when it comes again.
    private let attempts = RemoteLedger.freshKey()

    init(
        receiver: Subscriber,
        teller: Subscriber,
        processes: CommandProcesses,
        unit: WorkPlan.Unit,
        request: ReceiveRequest
    ) {
        self.receiver = receiver
        self.teller = teller
        self.processes = processes
        self.unit = unit
        self.request = request
    }

    /// Works until the plan has come to its end; from here on signals stop it in order.
    func run(_ settings: WorkPlan.Settings) async throws(Failure) {
        var plan = WorkPlan(settings)
        let (coming, sender) = AsyncStream.makeStream(of: News.self)
        var news = coming.makeAsyncIterator()
        let signals = SignalWaiter(signals: StopSignals.heeded) { sender.yield(.signal($0 - 128)) }
        defer { withExtendedLifetime(signals) {} }
        Task { sender.yield(.signal(await signals.wait())) }
        while true {
            switch plan.next(now: .now) {
            case .start(let job): start(job, reportingTo: sender)
            case .receive(let call): receive(call, reportingTo: sender)
            case .acknowledge(let fates): acknowledge(fates, reportingTo: sender)
            case .passOn(let signal): processes.pass(on: signal)
            case .say(let text): Messages.line(text)
            case .wait(let time):
                let timer = Self.timer(until: time, reportingTo: sender)
                let came = await news.next()
                timer?.cancel()
                if let came { Self.tell(&plan, of: came) }
            case .finish(let failure):
                guard let failure else { return }
                throw failure
            }
        }
    }

    private static func tell(_ plan: inout WorkPlan, of news: News) {
        let now = ContinuousClock.now
        switch news {
        case .ended(let job, let end): plan.ended(job, by: end, now: now)
        case .received(.success(let page)): plan.received(page, now: now)
        case .received(.failure(let failure)): plan.receiveFailed(failure, now: now)
        case .acknowledged(.success(let answer)): plan.acknowledged(answer, now: now)
        case .acknowledged(.failure(let failure)): plan.acknowledgeFailed(failure, now: now)
        case .signal(let number): plan.stop(number, now: now)
        case .time: break
        }
    }

    private static func timer(
        until time: ContinuousClock.Instant?,
        reportingTo sender: AsyncStream<News>.Continuation
    ) -> Task<Void, Never>? {
        time.map { time in
            Task {
                try? await Task.sleep(until: time, clock: .continuous)
                if !Task.isCancelled { sender.yield(.time) }
            }
        }
    }

    private func start(
        _ job: WorkPlan.Job,
        reportingTo sender: AsyncStream<News>.Continuation
    ) {
        let input = job.events.flatMap { EventLines.line($0.bytes) + [UInt8(ascii: "\n")] }
        let variables = variables(of: job)
        Task { [processes] in
            let end = await processes.run(variables: variables, input: input)
            sender.yield(.ended(job: job.number, end))
        }
    }

    /// The environment variables of a job's command.
    private func variables(of job: WorkPlan.Job) -> [(name: String, value: String)] {
        var variables = [
            (name: "EVENTLEDGER_STREAM", value: receiver.stream),
            ("EVENTLEDGER_SUBSCRIPTION", receiver.name),
        ]
        guard unit == .event, let event = job.events.first else { return variables }
        variables += [
            ("EVENTLEDGER_PARTITION", "\(event.place.partition)"),
            ("EVENTLEDGER_OFFSET", "\(event.place.offset)"),
            ("EVENTLEDGER_DELIVERIES", "\(event.deliveries)"),
        ]
        for (name, text) in [("EVENTLEDGER_KEY", event.key), ("EVENTLEDGER_TYPE", event.type)]
        where !text.contains(0) {
            variables.append((name, String(decoding: text, as: UTF8.self)))
        }
        return variables
    }

    private func receive(
        _ call: WorkPlan.Receive,
        reportingTo sender: AsyncStream<News>.Continuation
    ) {
        var request = request
        request.attempt = "\(attempts)-\(call.number)"
        request.acknowledgement = call.acknowledgement
        Task { [receiver, request] in
            do throws(Failure) {
                let page = try ReceivedPage(try await receiver.receive(request))
                sender.yield(.received(.success(page)))
            } catch {
                sender.yield(.received(.failure(error)))
            }
        }
    }

    private func acknowledge(
        _ acknowledgement: Acknowledgement,
        reportingTo sender: AsyncStream<News>.Continuation
    ) {
        Task { [teller] in
            do throws(Failure) {
                let answer = try await teller.acknowledge(acknowledgement)
                let result = AcknowledgementAnswer(try JSONValue.answer(answer))
                sender.yield(.acknowledged(.success(result)))
            } catch {
                sender.yield(.acknowledged(.failure(error)))
            }
        }
    }
}
