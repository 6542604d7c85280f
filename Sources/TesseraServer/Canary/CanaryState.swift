internal import TesseraProtocol

/// What canary inferences have shown, and which of them is due: a value without clock, queue or threads.
///
/// Each model has its turn, one at a time, but those that are overdue hold nobody up. A model whose requests succeed
/// gets none. A generation that takes over has the proof of the one before it until it has its own, for it was tried
/// before.
struct CanaryState {
  /// A canary inference.
  struct Probe {
    let model: ModelDescription
    let started: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// Whether it has had its time.
    var isOverdue = false
  }

  private struct Failure {
    let code: ErrorCode
    let time: ContinuousClock.Instant
  }

  /// Nil for a server that takes itself for ready as soon as its models are loaded.
  private let times: Server.CanaryTimes?
  /// Those under way.
  private var probes: [Ticket: Probe] = [:]
  /// The last one of each model, as it was at its start.
  private var last: [String: Probe] = [:]
  /// The last failure of each model.
  private var failures: [String: Failure] = [:]

  init(_ times: Server.CanaryTimes?) { self.times = times }

  /// The probe that should begin now, of the model that has waited longest.
  func due(
    _ models: [ModelDescription], _ vitals: Vitals, now: ContinuousClock.Instant
  ) -> Probe? {
    guard let times, probes.values.allSatisfy(\.isOverdue) else { return nil }
    let due = models.filter { model in
      !probes.values.contains { $0.model.name == model.name } && isDue(model, vitals, times, now)
    }
    let fresh = due.first { last[$0.name] == nil }
    let next = fresh ?? due.min { (last[$0.name]?.started ?? now) < (last[$1.name]?.started ?? now) }
    return next.map { Probe(model: $0, started: now, deadline: now + times.freshness) }
  }

  private func isDue(
    _ model: ModelDescription, _ vitals: Vitals, _ times: Server.CanaryTimes, _ now: ContinuousClock.Instant
  ) -> Bool {
    if let last = last[model.name], last.model.generation == model.generation,
      last.started.duration(to: now) < times.interval
    {
      return false
    }
    guard let latest = vitals.successes[model.name], latest.generation == model.generation else { return true }
    // A success of half an interval ago is still fresh when the next one is due.
    return latest.time.duration(to: now) >= times.interval / 2
  }

  /// Notes that a probe is under way.
  mutating func begin(_ probe: Probe, as ticket: Ticket) {
    probes[ticket] = probe
    last[probe.model.name] = probe
  }

  /// The probes that have had their time since the last call.
  mutating func expire(now: ContinuousClock.Instant) -> [Ticket: Probe] {
    let late = probes.filter { !$0.value.isOverdue && $0.value.deadline <= now }
    for ticket in late.keys { probes[ticket]?.isOverdue = true }
    return late
  }

  /// Takes the outcome of a probe, if it is still expected.
  ///
  /// - Parameter error: nil for a success. That time was up says nothing against the model: others may have had it.
  /// - Returns: the probe, but where nobody wants to hear of it any more.
  mutating func hear(_ ticket: Ticket, _ error: ErrorCode?, now: ContinuousClock.Instant) -> Probe? {
    guard let probe = probes.removeValue(forKey: ticket), !probe.isOverdue else { return nil }
    if let error, error != .deadline { failures[probe.model.name] = Failure(code: error, time: now) }
    return probe
  }

  /// Forgets a probe that will never be heard of.
  mutating func forget(_ ticket: Ticket) { probes[ticket] = nil }

  /// Forgets all that are under way.
  mutating func end() -> [Ticket] {
    defer { probes.removeAll() }
    return Array(probes.keys)
  }

  /// How models stand that are loaded.
  func assess(
    _ models: [ModelDescription], _ vitals: Vitals, now: ContinuousClock.Instant
  ) -> Standing {
    var lacks: [String: Readiness.Reason] = [:]
    for model in models { lacks[model.name] = reason(model.name, vitals, now) }
    // Who waits behind a model that hangs is not to blame.
    let toBlame =
      models.first { lacks[$0.name] == .late && isStill($0.name, vitals, now) }
      ?? models.first { lacks[$0.name] == .late } ?? models.first { lacks[$0.name] != nil }
    var readiness = Readiness.ready
    if let name = toBlame?.name, let reason = lacks[name] { readiness = .notReady(reason, model: name) }
    return Standing(readiness: readiness, intake: .all(but: Set(lacks.keys)), lacks: lacks)
  }

  /// Why a model is not ready; nil where it is.
  private func reason(
    _ name: String, _ vitals: Vitals, _ now: ContinuousClock.Instant
  ) -> Readiness.Reason? {
    guard let times else { return nil }
    let latest = vitals.successes[name]?.time
    if isFresh(latest, times, now) { return isStuck(name, vitals, times, now) ? .late : nil }
    if let failure = failures[name], latest.map({ $0 < failure.time }) ?? true { return .failing(failure.code) }
    if isStill(name, vitals, now) { return .late }
    if latest == nil { return .starting }
    // Whoever has long to compute, or waits for one that has, is slow; that is no reason to send clients away.
    return isFresh(vitals.lastMovement, times, now) ? nil : .late
  }

  /// Whether a model computes and shows no sign of life.
  private func isStill(_ name: String, _ vitals: Vitals, _ now: ContinuousClock.Instant) -> Bool {
    guard let times, let moved = vitals.computing[name] else { return false }
    return !isFresh(moved, times, now) || isStuck(name, vitals, times, now)
  }

  /// Whether one request of a model hangs while others go on: what computes it will not come back.
  ///
  /// It has thrice the time: to compress a large result takes some, too.
  private func isStuck(
    _ name: String, _ vitals: Vitals, _ times: Server.CanaryTimes, _ now: ContinuousClock.Instant
  ) -> Bool {
    vitals.stillest[name].map { $0.duration(to: now) > times.freshness * 3 } ?? false
  }

  private func isFresh(
    _ time: ContinuousClock.Instant?, _ times: Server.CanaryTimes, _ now: ContinuousClock.Instant
  ) -> Bool {
    time.map { $0.duration(to: now) <= times.freshness } ?? false
  }
}
