import TesseraFiles

/// Collects tensors and metadata, and writes them as a safetensors file with the same bytes for the same contents.
///
/// Tensors lie in the order of the reference writer, wide elements first and then by name, so that each is aligned.
///
/// Source: huggingface/safetensors, "Format".
public struct SafetensorsWriter: Sendable {
  struct Tensor: Sendable {
    let name: String
    let dtype: SafetensorsDType
    let shape: [Int]
    let contents: Contents

    var byteCount: Int {
      switch contents {
      case .floats(let floats): floats.count * MemoryLayout<Float>.size
      case .bytes(let bytes): bytes.count
      }
    }
  }

  enum Contents: Sendable {
    case floats([Float])
    case bytes([UInt8])
  }

  /// The `__metadata__` of the header; none is written where it is empty.
  public var metadata: [String: String]
  private(set) var tensors: [Tensor] = []
  private var names: Set<String> = [SafetensorsHeader.metadataKey]

  /// Begins without tensors.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// Adds a tensor of F32, row-major.
  ///
  /// - Precondition: no tensor has this name, nor is it `__metadata__`; `floats.count` is the product of `shape`.
  public mutating func add(_ name: String, shape: [Int], floats: [Float]) {
    add(Tensor(name: name, dtype: .f32, shape: shape, contents: .floats(floats)))
  }

  /// Adds a tensor of any element type by its bytes, row-major, little-endian and packed.
  ///
  /// - Precondition: no tensor has this name, nor is it `__metadata__`; `bytes` has the length that the shape needs.
  public mutating func add(_ name: String, dtype: SafetensorsDType, shape: [Int], bytes: [UInt8]) {
    add(Tensor(name: name, dtype: dtype, shape: shape, contents: .bytes(bytes)))
  }

  /// The file's bytes; `name` stands for its path in errors.
  ///
  /// - Throws: ``SafetensorsError`` where the reader would refuse the file: it passes the default limits.
  public func bytes(name: String) throws(SafetensorsError) -> [UInt8] {
    let tensors = sortedTensors()
    var bytes = try header(of: tensors, file: name)
    for tensor in tensors {
      Self.withBytes(of: tensor) { part in part.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    }
    return bytes
  }

  /// Writes the file so that after a crash at any instant the old file or the new one is there, whole.
  ///
  /// - Throws: ``SafetensorsError`` where the system refuses, or the reader would because the file passes the default
  ///   limits.
  public func write(durablyTo path: String) throws(SafetensorsError) {
    let tensors = sortedTensors()
    let header = try header(of: tensors, file: path)
    do {
      var file = try DurableFile(path: path)
      try file.write(header.span.bytes)
      for tensor in tensors {
        try Self.withBytes(of: tensor) { part throws(FileError) in try file.write(part) }
      }
      try file.commit()
    } catch {
      throw SafetensorsError(error)
    }
  }

  private mutating func add(_ tensor: Tensor) {
    precondition(
      names.insert(tensor.name).inserted, "SafetensorsWriter: the name \(tensor.name) is taken")
    precondition(
      tensor.shape.allSatisfy { $0 >= 0 } && tensor.dtype.byteCount(of: tensor.shape) == tensor.byteCount,
      "SafetensorsWriter: \(tensor.byteCount) bytes for \(tensor.name), \(tensor.dtype.rawValue) \(tensor.shape)")
    tensors.append(tensor)
  }

  private func sortedTensors() -> [Tensor] {
    let ranks = Dictionary(uniqueKeysWithValues: zip(SafetensorsDType.allCases, 0...))
    return tensors.sorted { left, right in
      if left.dtype != right.dtype { return ranks[left.dtype, default: 0] > ranks[right.dtype, default: 0] }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  private func header(of tensors: [Tensor], file: String) throws(SafetensorsError) -> [UInt8] {
    func error(_ cause: SafetensorsError.Cause) -> SafetensorsError {
      SafetensorsError(file: file, place: .file, cause: cause)
    }
    let limits = SafetensorsLimits()
    guard tensors.count <= limits.tensors else { throw error(.tooManyTensors(limit: limits.tensors)) }
    var end = 0
    let entries = tensors.map { tensor in
      let begin = end
      end += tensor.byteCount
      return SafetensorsEntry(name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, byteRange: begin..<end)
    }
    let header = SafetensorsHeader(metadata: metadata, entries: entries).encoded()
    let jsonLength = header.count - SafetensorsHeader.prefixLength
    guard jsonLength <= limits.headerBytes else {
      throw error(.headerTooLong(bytes: UInt64(jsonLength), limit: limits.headerBytes))
    }
    let length = header.count + end
    guard length <= limits.fileBytes else { throw error(.fileTooLong(bytes: length, limit: limits.fileBytes)) }
    return header
  }

  static func withBytes<Failure: Error>(
    of tensor: Tensor, _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    switch tensor.contents {
    case .bytes(let bytes): try body(bytes.span.bytes)
    case .floats(let floats):
      #if _endian(little)
        try body(floats.span.bytes)
      #else
        try body(floats.map(\.bitPattern.littleEndian).span.bytes)
      #endif
    }
  }
}
