import TesseraLabels
import TesseraModels
import TesseraProtocol
public import TesseraTensor
import TesseraWeights

/// Loads models and tries them out on a thread of its own, aside from engines that are at work.
public actor EngineLoader {
  /// The executor of the loading thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private nonisolated let thread = ComputeThread(name: "tessera-load")

  /// Starts the thread.
  public init() {}

  /// Loads a model and segments an image with it.
  ///
  /// No other engine may compute meanwhile: what an image takes is measured.
  ///
  /// - Parameters:
  ///   - path: a weights file, or a run folder, whose best weights are taken.
  ///   - name: what requests call it.
  ///   - precision: how maps between the model's layers are stored.
  ///   - threads: the engine's threads for numeric work.
  /// - Throws: ``EngineLoadError`` and what ``StoredModel/init(path:)`` and ``Engine`` throw, each one line with place,
  ///   cause and remedy.
  public func engine(path: String, name: String, precision: Precision, threads: Int) async throws -> Engine {
    try EngineMemory(models: [name: path]).check()
    let engine = try Engine(try StoredModel(path: path), name: name, precision: precision, threads: threads)
    try await tryOut(engine, path)
    return engine
  }

  /// Loads what has taken the place of an engine's weights, as the next generation; nil where the file is the same.
  ///
  /// The engine, and others, may compute meanwhile.
  ///
  /// - Parameter path: a weights file, or a run folder, whose best weights are taken.
  /// - Throws: what ``engine(path:name:precision:threads:)`` throws, and ``EngineLoadError`` for weights of another
  ///   architecture.
  public func successor(of engine: Engine, path: String) async throws -> Engine? {
    try EngineMemory(models: [engine.model.name: path]).check()
    guard let stored = try StoredModel(path: path, unlike: engine.stored.digest) else { return nil }
    let (old, new) = (engine.stored.model, stored.model)
    guard new.architecture == old.architecture else {
      throw EngineLoadError.otherArchitecture(
        path: Model.weightsFile(at: path), old: "\(old.architecture)", new: "\(new.architecture)")
    }
    // Measuring it again would count what other engines take at the same time.
    var need = engine.memory.need
    let added = max(0, new.classes.count - old.classes.count)
    need.bytesPerPixel += added * Self.mapsOfClasses * MemoryLayout<Float>.size
    let next = try Engine(
      stored, name: engine.model.name, generation: engine.model.generation + 1, precision: engine.precision,
      threads: engine.threadCount, imageNeed: need)
    try await tryOut(next, path)
    return next
  }

  /// Maps of one class that an image takes at once, at most: scores before and after they are enlarged, probabilities,
  /// and what is sent.
  private static let mapsOfClasses = 8

  private func tryOut(_ engine: Engine, _ path: String) async throws {
    do {
      try await engine.warm()
    } catch {
      throw EngineLoadError.trialFailed(path: Model.weightsFile(at: path), error)
    }
  }
}
