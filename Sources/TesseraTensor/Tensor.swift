/// Numbers along the axes of a shape: a value, copied only when written while shared.
public struct Tensor: Sendable {
  /// The sizes of the axes.
  public let shape: Shape
  /// How the elements lie in memory; it never changes what the tensor means.
  public let layout: Layout
  /// How each element is stored.
  public let precision: Precision
  private(set) var storage: TensorStorage

  /// Makes a tensor whose elements are to be written before they are read.
  init(uninitialized shape: Shape, layout: Layout = .rows, precision: Precision = .f32) {
    precondition(layout == .rows || shape.rank == 4, "Tensor: layout \(layout) needs four axes, shape \(shape)")
    self.shape = shape
    self.layout = layout
    self.precision = precision
    storage = TensorStorage(bytes: layout.storedCount(shape) * precision.byteCount)
  }

  /// Makes a tensor of elements in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  public init(_ shape: Shape, _ elements: [Float]) {
    precondition(elements.count == shape.count, "Tensor: \(elements.count) elements for shape \(shape)")
    self.init(uninitialized: shape)
    elements.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { mutablePointer.update(from: base, count: source.count) }
    }
  }

  /// Makes a row-major tensor whose elements `body` writes; all of them must be written.
  public init(_ shape: Shape, initializingWith body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    self.init(uninitialized: shape)
    try body(UnsafeMutableBufferPointer(start: mutablePointer, count: shape.count))
  }

  /// Makes a scalar.
  public init(scalar value: Float) { self.init(.scalar, [value]) }

  /// The elements in row-major order.
  public var elements: [Float] {
    let rows = converted(to: .rows).converted(to: .f32)
    return withExtendedLifetime(rows.storage) { Array(UnsafeBufferPointer(start: rows.pointer, count: shape.count)) }
  }

  /// The only element.
  ///
  /// - Precondition: the tensor has one element.
  public var scalar: Float {
    precondition(shape.count == 1, "Tensor.scalar: shape \(shape) has \(shape.count) elements")
    return elements[0]
  }

  /// Number of elements in memory, padding included.
  var storedCount: Int { layout.storedCount(shape) }

  /// The elements as they lie in memory, to be read.
  var address: UnsafeRawPointer { UnsafeRawPointer(storage.address) }

  /// The elements as they lie in memory, to be written: a copy of their own if another tensor shares them.
  var mutableAddress: UnsafeMutableRawPointer {
    mutating get {
      if !isKnownUniquelyReferenced(&storage) {
        let copy = TensorStorage(bytes: storage.bytes)
        copy.address.copyMemory(from: storage.address, byteCount: storage.bytes)
        storage = copy
      }
      return storage.address
    }
  }

  /// Whether another tensor has the same elements in memory, so that writing copies them first.
  var isShared: Bool {
    mutating get { !isKnownUniquelyReferenced(&storage) }
  }

  /// The elements of an f32 tensor as they lie in memory, to be read.
  var pointer: UnsafePointer<Float> {
    precondition(precision == .f32, "Tensor: \(shape) is stored as \(precision), not f32")
    return UnsafePointer(storage.address.assumingMemoryBound(to: Float.self))
  }

  /// The elements of an f32 tensor as they lie in memory, to be written; see ``mutableAddress``.
  var mutablePointer: UnsafeMutablePointer<Float> {
    mutating get {
      precondition(precision == .f32, "Tensor: \(shape) is stored as \(precision), not f32")
      return mutableAddress.assumingMemoryBound(to: Float.self)
    }
  }

  /// Calls `body` with the elements in row-major order.
  public func withElements<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    let rows = converted(to: .rows).converted(to: .f32)
    return try withExtendedLifetime(rows.storage) {
      try body(UnsafeBufferPointer(start: rows.pointer, count: shape.count))
    }
  }

  /// The same elements in row-major order under another shape of as many elements.
  ///
  /// - Precondition: the counts are equal.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == self.shape.count, "reshaped: \(self.shape) has other elements than \(shape)")
    let rows = converted(to: .rows)
    return Tensor(shape: shape, layout: .rows, precision: precision, storage: rows.storage)
  }

  /// The same elements in memory under another layout, in which they lie alike.
  func relabelled(_ layout: Layout) -> Tensor {
    Tensor(shape: shape, layout: layout, precision: precision, storage: storage)
  }

  private init(shape: Shape, layout: Layout, precision: Precision, storage: TensorStorage) {
    self.shape = shape
    self.layout = layout
    self.precision = precision
    self.storage = storage
  }
}

/// What the pool of tensor memory holds.
public struct StorageStatistics: Hashable, Sendable {
  /// Bytes in use by tensors now.
  public let usedBytes: Int
  /// Most bytes in use at one time.
  public let peakUsedBytes: Int
  /// Bytes taken from the system, which the pool keeps.
  public let heldBytes: Int

  /// Reads the figures of this process.
  public static var current: StorageStatistics {
    let now = StoragePool.statistics
    return StorageStatistics(usedBytes: now.used, peakUsedBytes: now.peak, heldBytes: now.held)
  }
}
