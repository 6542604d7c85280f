import TesseraServer
import UnixSignals

/// Has a server read anew what it read at its start, at each SIGHUP.
struct HangUps {
  private let signals: UnixSignalsSequence

  /// Takes the signal over, which would end the process otherwise.
  init() async { signals = await UnixSignalsSequence(trapping: .sighup) }

  /// Waits for the signal until the task is cancelled.
  func run(_ server: Server) async {
    for await _ in signals {
      // It does not wait for models, so that signals meanwhile come to one more pass.
      server.requestReload()
      await server.reloadCredentials()
    }
  }
}
