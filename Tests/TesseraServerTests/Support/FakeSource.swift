import Synchronization
import TesseraProtocol
import TesseraServer

/// Makes the generations of a fake model, and sees which of them are still loaded.
final class FakeSource: ModelSource {
  private struct Made {
    weak var service: FakeService?
  }

  let name: String
  private let make: @Sendable (_ generation: UInt32) async throws -> FakeService?
  private let made = Mutex<[UInt32: Made]>([:])
  private let count = Mutex(0)

  /// - Parameter make: makes a generation, or says that nothing has changed.
  init(_ name: String = "fake", _ make: (@Sendable (_ generation: UInt32) async throws -> FakeService?)? = nil) {
    self.name = name
    self.make = make ?? { FakeService(name: name, generation: $0) }
  }

  /// How often it was asked to load.
  var loads: Int { count.withLock { $0 } }

  /// The generations that somebody holds.
  var loaded: [UInt32] { made.withLock { made in made.filter { $0.value.service != nil }.keys.sorted() } }

  func load(after current: (any SegmentationService)?) async throws -> (any SegmentationService)? {
    count.withLock { $0 += 1 }
    let generation = (current?.model.generation ?? 0) + 1
    guard let service = try await make(generation) else { return nil }
    made.withLock { $0[generation] = Made(service: service) }
    return service
  }
}

/// Why a fake model cannot be used.
struct Unusable: Error, CustomStringConvertible {
  let description: String
}
