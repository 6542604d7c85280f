extension PoolState {
  /// Gives out the places that there are, in the order of asking, and makes connections for those who want one.
  ///
  /// A caller takes a place on the connection with the fewest requests. Where that one has any, or none has room,
  /// another connection is made as far as the limit allows; while it is made, nobody waits who need not.
  mutating func serve(_ now: Instant) {
    // Each connection under way is for one caller.
    var coming = addresses.count(where: \.isConnecting)
    var isExhausted = false
    var left: [Waiter] = []
    for waiter in waiters {
      if isExhausted, waiter.avoided.isEmpty {
        left.append(waiter)
        continue
      }
      let best = place(for: waiter)
      var isComing = false
      if best.map({ $0.inFlight > 0 }) ?? true {
        if coming > 0 {
          coming -= 1
          isComing = true
        } else if let address = candidate(for: waiter, isNeeded: best == nil, now) {
          addresses[address].isConnecting = true
          actions.append(.connect(address: address))
          isComing = true
        }
      }
      if let best {
        connections[best.number]?.inFlight += 1
        actions.append(.grant(waiter: waiter.number, connection: best.number))
      } else if let refusal = isComing ? nil : refusal(for: waiter) {
        actions.append(.refuse(waiter: waiter.number, refusal))
      } else {
        left.append(waiter)
        // What this one does not get, nobody behind it gets either.
        isExhausted = isExhausted || !isComing && waiter.avoided.isEmpty
      }
    }
    waiters = left
  }

  /// The connection with the fewest requests among those that have room.
  private func place(for waiter: Waiter) -> (number: Int, inFlight: Int)? {
    connections.lazy.filter { _, connection in
      connection.phase == .open && connection.inFlight < connection.places
        && !waiter.avoided.contains(connection.instance)
    }
    .map { (number: $0.key, inFlight: $0.value.inFlight) }
    .min { ($0.inFlight, $0.number) < ($1.inFlight, $1.number) }
  }

  /// Why there will never be a place; nil where one can come free.
  private func refusal(for waiter: Waiter) -> Refusal? {
    let open = connections.values.filter { $0.phase == .open }
    if addresses.contains(where: \.isConnecting) || open.contains(where: { !waiter.avoided.contains($0.instance) }) {
      return nil
    }
    return open.isEmpty ? .unreachable(addresses.compactMap { $0.failure?.error }) : .noOther
  }

  /// The address to connect to next: the one with the fewest connections among those that may be tried.
  private func candidate(for waiter: Waiter, isNeeded: Bool, _ now: Instant) -> Int? {
    let open = connections.values.filter { $0.phase == .open }
    func load(_ address: Int) -> Int { open.count(where: { $0.address == address }) }
    let allowed = addresses.indices.filter { index in
      let address = addresses[index]
      // What is connected to an avoided server would lead there again.
      let isAvoided = open.contains { $0.address == index && waiter.avoided.contains($0.instance) }
      guard !address.isConnecting, !isAvoided, load(index) < limit else { return false }
      if let away = address.awayUntil, away > now { return false }
      guard let failure = address.failure else { return true }
      // A caller that has no connection tries each address once.
      return isNeeded ? failure.order < waiter.number : address.restsUntil.map { $0 <= now } ?? true
    }
    return allowed.min { (load($0), $0) < (load($1), $1) }
  }
}
