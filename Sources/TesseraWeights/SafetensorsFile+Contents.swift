extension SafetensorsFile {
  /// Lends the bytes of a tensor, little-endian and packed, without copying them; they may be unaligned.
  ///
  /// - Throws: ``SafetensorsError`` with ``SafetensorsError/Cause/missingTensor``.
  public func withBytes<Result>(
    of name: String, _ body: (RawSpan) -> Result
  ) throws(SafetensorsError) -> Result {
    let range = try entry(name).byteRange
    return body(bytes.span.bytes.extracting(dataStart + range.lowerBound..<dataStart + range.upperBound))
  }

  /// A copy of the bytes of a tensor, little-endian and packed.
  ///
  /// - Throws: ``SafetensorsError`` with ``SafetensorsError/Cause/missingTensor``.
  public func bytes(of name: String) throws(SafetensorsError) -> [UInt8] {
    let range = try entry(name).byteRange
    return Array(bytes[dataStart + range.lowerBound..<dataStart + range.upperBound])
  }

  /// The elements of a tensor of floats, row-major.
  ///
  /// F32 comes out bit for bit, F16 and BF16 exactly; F64 is rounded to nearest, infinite beyond the range of `Float`.
  ///
  /// - Throws: ``SafetensorsError`` where the tensor is missing or its elements are none of these four.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    let entry = try entry(name)
    switch entry.dtype {
    case .f32: return elements(entry) { (bits: UInt32) in Float(bitPattern: bits) }
    case .f16: return elements(entry) { (bits: UInt16) in Float(halfPattern: bits) }
    case .bf16: return elements(entry) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .f64: return elements(entry) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    default: throw SafetensorsError(file: path, place: .tensor(name), cause: .notFloats(entry.dtype))
    }
  }

  private func elements<Bits: FixedWidthInteger>(
    _ entry: SafetensorsEntry, _ convert: (Bits) -> Float
  ) -> [Float] {
    bytes.withUnsafeBytes { buffer in
      let start = dataStart + entry.byteRange.lowerBound
      let count = entry.byteRange.count / MemoryLayout<Bits>.size
      return [Float](unsafeUninitializedCapacity: count) { floats, filled in
        for index in 0..<count {
          let bits = buffer.loadUnaligned(fromByteOffset: start + index * MemoryLayout<Bits>.size, as: Bits.self)
          floats.initializeElement(at: index, to: convert(Bits(littleEndian: bits)))
        }
        filled = count
      }
    }
  }
}
