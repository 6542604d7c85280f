internal import TesseraProtocol

/// Which connections a pool has, and who waits for a place on one; knows no channel and no clock.
///
/// Whoever holds a place on a connection gives it back by ``release(_:failure:now:)``.
struct PoolState {
  typealias Instant = ContinuousClock.Instant

  /// What the pool has to do.
  enum Action: Hashable {
    /// Make a connection to an address, then call ``opened(_:instance:places:idleTime:now:)`` or ``failed(_:_:now:)``.
    case connect(address: Int)
    /// Give a place on a connection to whoever waits.
    case grant(waiter: Int, connection: Int)
    /// Tell whoever waits that there will be no place.
    case refuse(waiter: Int, Refusal)
    /// Close a connection without requests, then call ``closed(_:now:)``.
    case close(connection: Int)
  }

  /// Why a caller gets no connection.
  enum Refusal: Hashable {
    /// Every address failed since the caller came.
    case unreachable([ClientError])
    /// All that can be connected to is a server that the caller must not ask again.
    case noOther
    /// The pool is closed.
    case stopped
  }

  struct Connection {
    let address: Int
    /// The server's process.
    let instance: UInt64
    /// Most requests in flight.
    let places: Int
    let idleTime: Duration
    var phase = Phase.open
    var inFlight = 0
    var idleSince: Instant
  }

  enum Phase: Hashable {
    /// It takes requests.
    case open
    /// It takes no more, and some are in flight.
    case retired
    /// It was asked to close.
    case closing
    /// It is gone, and some requests have not been told yet.
    case closed
  }

  struct Address {
    let place: ServerAddress
    var isConnecting = false
    /// The last failure since there was a connection, and its place in the order of callers.
    var failure: (order: Int, error: ClientError)?
    /// When a connection may be tried that nobody needs.
    var restsUntil: Instant?
    /// When the server allowed the next connection.
    var awayUntil: Instant?
  }

  struct Waiter {
    let number: Int
    /// The servers that must not be asked again.
    let avoided: Set<UInt64>
  }

  /// Time after a failure in which an address is tried only by those who have no other.
  static let rest: Duration = .seconds(1)
  /// Longest time for which a server can keep the pool away.
  static let longestAway: Duration = .seconds(60)

  /// Most connections to one address that take requests.
  let limit: Int
  var addresses: [Address]
  var connections: [Int: Connection] = [:]
  var waiters: [Waiter] = []
  var actions: [Action] = []
  private var isStopped = false
  private var next = 0

  init(_ addresses: [ServerAddress], limit: Int) {
    self.addresses = addresses.map { Address(place: $0) }
    self.limit = limit
  }

  /// What came of the calls since the last time.
  mutating func takeActions() -> [Action] {
    defer { actions.removeAll() }
    return actions
  }

  /// A number that no connection and no caller had; later ones are larger.
  mutating func number() -> Int {
    next += 1
    return next
  }

  /// Asks for a place.
  ///
  /// - Parameters:
  ///   - number: the caller's, taken by ``number()``.
  ///   - avoided: servers that it must not be on.
  mutating func ask(_ number: Int, avoiding avoided: Set<UInt64>, now: Instant) {
    guard !isStopped else { return actions.append(.refuse(waiter: number, .stopped)) }
    waiters.append(Waiter(number: number, avoided: avoided))
    serve(now)
  }

  /// Forgets a caller that waits no longer.
  mutating func withdraw(_ number: Int) { waiters.removeAll { $0.number == number } }

  /// Takes in a connection.
  ///
  /// - Returns: its number.
  mutating func opened(
    _ address: Int, instance: UInt64, places: Int, idleTime: Duration, now: Instant
  ) -> Int {
    let number = number()
    addresses[address].isConnecting = false
    addresses[address].failure = nil
    connections[number] = Connection(
      address: address, instance: instance, places: places, idleTime: idleTime, idleSince: now)
    if isStopped { retire(number) }
    serve(now)
    return number
  }

  /// Notes that no connection to an address came about.
  mutating func failed(_ address: Int, _ error: ClientError, now: Instant) {
    addresses[address].isConnecting = false
    note(error, of: address, now)
    serve(now)
  }

  /// Takes a place back.
  ///
  /// - Parameter failure: how its request ended; nil for an answer.
  mutating func release(_ number: Int, failure: SegmentationError?, now: Instant) {
    guard var connection = connections[number] else { return }
    connection.inFlight -= 1
    connection.idleSince = now
    connections[number] = connection
    // A server that drains takes no other request either.
    let hasEnded = failure?.scope == .connection || failure?.code == .draining
    if let failure, failure.scope == .connection, failure.retry == .afterDelay {
      let place = addresses[connection.address].place
      note(.sentAway(host: place.host, port: place.port, failure), of: connection.address, now)
    }
    if hasEnded || connection.phase != .open { retire(number) }
    serve(now)
  }

  /// Notes that a connection takes no more requests.
  mutating func retired(_ number: Int, now: Instant) {
    retire(number)
    serve(now)
  }

  /// Forgets a connection.
  mutating func closed(_ number: Int, now: Instant) {
    connections[number]?.phase = .closed
    retire(number)
    serve(now)
  }

  /// Closes the connections that have been idle for too long.
  mutating func closeIdle(now: Instant) {
    for (number, connection) in connections.sorted(by: { $0.key < $1.key })
    where connection.phase == .open && connection.inFlight == 0 && connection.idleSince + connection.idleTime <= now {
      retire(number)
    }
  }

  /// Closes everything and tells everyone who waits.
  mutating func stop() {
    isStopped = true
    for waiter in waiters { actions.append(.refuse(waiter: waiter.number, .stopped)) }
    waiters.removeAll()
    for (number, connection) in connections.sorted(by: { $0.key < $1.key })
    where connection.phase == .open || connection.phase == .retired {
      connections[number]?.phase = .closing
      actions.append(.close(connection: number))
    }
  }

  /// Gives a connection no more requests; it closes, or is forgotten, when the last one has ended.
  private mutating func retire(_ number: Int) {
    guard let connection = connections[number] else { return }
    switch connection.phase {
    case .open, .retired:
      connections[number]?.phase = connection.inFlight > 0 ? .retired : .closing
      if connection.inFlight == 0 { actions.append(.close(connection: number)) }
    case .closing: break
    case .closed: if connection.inFlight == 0 { connections[number] = nil }
    }
  }

  private mutating func note(_ error: ClientError, of address: Int, _ now: Instant) {
    addresses[address].failure = (number(), error)
    addresses[address].restsUntil = now + Self.rest
    addresses[address].awayUntil = error.retry == .afterDelay ? now + min(error.retryAfter, Self.longestAway) : nil
  }
}
