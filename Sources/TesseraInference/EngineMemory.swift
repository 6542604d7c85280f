import TesseraFiles
import TesseraWeights

/// What engines take beside their images, known before anything is loaded.
public struct EngineMemory: Hashable, Sendable {
  /// The models by name, in order.
  public let models: [String]
  /// A bound on their bytes.
  public let bytes: Int

  /// How often an engine holds its weights: as a file while it is read, as numbers, with normalisations folded into
  /// them, and arranged for convolutions, on tiles four times.
  private static let copies = 7

  /// Looks at the sizes of weights files; what cannot be read counts for nothing, as loading tells why.
  ///
  /// - Parameter models: weights files or run folders by the models' names.
  public init(models: [String: String]) {
    self.models = models.keys.sorted()
    bytes = models.values.reduce(0) { sum, path in
      let (product, overflows) = Self.length(of: Model.weightsFile(at: path)).multipliedReportingOverflow(
        by: Self.copies)
      let (total, carries) = sum.addingReportingOverflow(product)
      return overflows || carries ? .max : total
    }
  }

  /// Makes sure that there is room, so that a quarter of what is free stays so.
  ///
  /// - Throws: ``EngineLoadError/memory(models:needed:usable:)``.
  public func check(budget: SystemBudget = SystemBudget()) throws(EngineLoadError) {
    guard let free = budget.usableMemoryBytes else { return }
    try check(usable: free / 4 * 3)
  }

  private static func length(of path: String) -> Int {
    do {
      let file = try InputFile(path: path)
      return file.length
    } catch {
      return 0
    }
  }

  func check(usable: Int) throws(EngineLoadError) {
    guard bytes <= usable else { throw .memory(models: models, needed: bytes, usable: usable) }
  }
}
