internal import NIOCore
internal import TesseraProtocol

extension ClientPool {
  /// Makes the connections that are wanted, each by a child task that stays until it is closed.
  ///
  /// - Parameter addresses: what was wanted; the pool stops where it ends, or where this task is cancelled.
  func run(_ addresses: AsyncStream<Int>) async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.closeIdle() }
      for await address in addresses { group.addTask { await self.keep(address) } }
      stop()
      group.cancelAll()
    }
  }

  /// Fails what waits and what is in flight, and closes every connection.
  func stop() {
    wanted.finish()
    update { $0.state.stop() }
  }

  /// Keeps one connection from its making to its end.
  private func keep(_ address: Int) async {
    let link: Link
    do throws(ClientError) {
      let (client, channel) = try await connectors[address].connect()
      link = Link(client: client, channel: channel)
    } catch {
      return update { $0.state.failed(address, error, now: .now) }
    }
    let (client, limits) = (link.client, link.client.limits)
    guard !client.isDraining else {
      link.channel.close(promise: nil)
      let connector = connectors[address]
      let error = ClientError.handshakeFailed(
        host: connector.host, port: connector.port, SegmentationError(.draining))
      return update { $0.state.failed(address, error, now: .now) }
    }
    let connection = update { shared in
      let connection = shared.state.opened(
        address, instance: client.instance, places: min(configuration.requestsPerConnection, Int(limits.maxInflight)),
        idleTime: min(configuration.idleTime, limits.idle * 3 / 4), now: .now)
      shared.links[connection] = link
      return connection
    }
    // At once: whoever hears how a request on it ended may ask for a place next.
    client.whenRetired { self.update { $0.state.retired(connection, now: .now) } }
    // It never fails.
    try? await link.channel.closeFuture.get()
    update { shared in
      shared.links[connection] = nil
      shared.state.closed(connection, now: .now)
    }
  }

  /// Looks for idle connections until it is cancelled.
  private func closeIdle() async {
    let interval = max(configuration.idleTime / 4, .milliseconds(10))
    while (try? await Task.sleep(for: interval)) != nil { update { $0.state.closeIdle(now: .now) } }
  }
}
