internal import Synchronization
public import TesseraProtocol

/// The models that a server answers with: the current generation of each, and earlier ones while they are in use.
///
/// A request takes hold of its generation when it is admitted and lets go when its answer is made. So a model can be
/// replaced at any time: no request fails of it, each answer is of one generation, and an old one goes with its last
/// request.
public final class ServedModels: Sendable {
  /// Does not keep its generation loaded.
  private struct Earlier {
    weak var generation: ModelGeneration?
  }

  private struct State {
    /// The default first.
    var current: [ModelGeneration] = []
    var earlier: [Earlier] = []
    var areLoaded = false
  }

  private let state = Mutex(State())

  /// Starts without any model.
  init() {}

  /// Starts with models that are loaded, the default first.
  ///
  /// - Precondition: their names differ.
  convenience init(_ services: [any SegmentationService]) {
    self.init()
    for service in services { add(service) }
    finishLoading()
  }

  /// What clients may know of each model that is loaded, the default first.
  public var descriptions: [ModelDescription] { state.withLock { $0.current.map(\.model) } }

  /// Whether every model has been loaded once; before that, requests are told NOT_READY.
  public var areLoaded: Bool { state.withLock { $0.areLoaded } }

  /// What answers as the current generation of a model; nil where none of that name is loaded.
  ///
  /// Whoever holds it keeps it loaded.
  ///
  /// - Parameter name: the model; "" is the default.
  public func service(named name: String = "") -> (any SegmentationService)? {
    state.withLock { state in
      state.current.first { name.isEmpty || $0.model.name == name }?.service
    }
  }

  /// The models as they are now.
  var table: ModelTable {
    state.withLock { state in
      ModelTable(
        current: state.current, earlier: state.earlier.compactMap { $0.generation?.model },
        areLoaded: state.areLoaded)
    }
  }

  /// The generation that a description is of, current or earlier; nil where it is not loaded any more.
  func generation(of model: ModelDescription) -> ModelGeneration? {
    func isIt(_ generation: ModelGeneration) -> Bool {
      generation.model.name == model.name && generation.model.generation == model.generation
    }
    return state.withLock { state in
      state.current.first(where: isIt) ?? state.earlier.compactMap(\.generation).first(where: isIt)
    }
  }

  /// Adds a model behind the others.
  ///
  /// - Precondition: none is there of its name.
  func add(_ service: any SegmentationService) {
    let generation = ModelGeneration(service)
    state.withLock { state in
      precondition(
        !state.current.contains { $0.model.name == generation.model.name },
        "ServedModels: two models are called \(generation.model.name)")
      state.current.append(generation)
    }
  }

  /// Puts a later generation in a model's place, all at once.
  ///
  /// - Precondition: the model is there, with an earlier generation.
  func replace(by service: any SegmentationService) {
    let next = ModelGeneration(service)
    // Released here rather than under the lock: it may be the last to hold a model.
    let last = state.withLock { state -> ModelGeneration in
      let place = state.current.firstIndex { $0.model.name == next.model.name }
      guard let place, state.current[place].model.generation < next.model.generation else {
        preconditionFailure("ServedModels: \(next.model.name) has no generation before \(next.model.generation)")
      }
      let last = state.current[place]
      state.earlier.removeAll { $0.generation == nil }
      state.earlier.append(Earlier(generation: last))
      state.current[place] = next
      return last
    }
    withExtendedLifetime(last) {}
  }

  /// Notes that every model has been loaded.
  func finishLoading() { state.withLock { $0.areLoaded = true } }
}
