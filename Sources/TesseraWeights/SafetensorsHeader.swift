/// What the header of a safetensors file says, checked against the rules of the format.
///
///     0        8            8 + N                    end
///     +--------+------------+------------------------+
///     | N: u64 | JSON, UTF-8 | tensors, contiguous   |
///     | little | N bytes    | and covering           |
///     +--------+------------+------------------------+
struct SafetensorsHeader {
  /// Bytes of the number that says how long the JSON is.
  static let prefixLength = 8
  static let metadataKey = "__metadata__"

  let metadata: [String: String]
  /// The tensors in the order of their bytes.
  let entries: [SafetensorsEntry]

  /// Bytes that the tensors take together.
  var dataLength: Int { entries.last?.byteRange.upperBound ?? 0 }

  /// Takes entries that already lie one behind the other.
  init(metadata: [String: String], entries: [SafetensorsEntry]) {
    self.metadata = metadata
    self.entries = entries
  }

  /// Makes sure that the tensors fill the file behind the header, of which there are `dataLength` bytes, to the byte.
  func checkLength(ofFile file: String, dataStart: Int, dataLength found: Int) throws(SafetensorsError) {
    guard found == dataLength else {
      let (expected, overflow) = dataStart.addingReportingOverflow(dataLength)
      throw SafetensorsError(
        file: file, place: .file,
        cause: .wrongLength(expected: overflow ? .max : expected, found: dataStart + found))
    }
  }

  /// Says how long the JSON is.
  ///
  /// - Parameters:
  ///   - prefix: the first bytes of the file, at least nine where it has as many.
  ///   - fileLength: bytes of the whole file.
  static func length(
    prefix: [UInt8], fileLength: Int, file: String, limits: SafetensorsLimits
  ) throws(SafetensorsError) -> Int {
    func error(_ cause: SafetensorsError.Cause) -> SafetensorsError {
      SafetensorsError(file: file, place: .file, cause: ForeignFormat(prefix: prefix).map { .foreign($0) } ?? cause)
    }
    guard prefix.count > prefixLength else { throw error(.tooShort(bytes: fileLength)) }
    let claimed = prefix.prefix(prefixLength).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard claimed <= limits.headerBytes else {
      throw error(.headerTooLong(bytes: claimed, limit: limits.headerBytes))
    }
    guard prefix[prefixLength] == UInt8(ascii: "{") else {
      throw error(.malformedHeader(expected: "'{' at byte \(prefixLength)"))
    }
    let end = prefixLength + Int(claimed)
    guard end <= fileLength else { throw error(.wrongLength(expected: end, found: fileLength)) }
    return Int(claimed)
  }

  /// Reads the JSON and checks every tensor's place.
  init(json: [UInt8], file: String, limits: SafetensorsLimits) throws(SafetensorsError) {
    var metadata: [String: String] = [:]
    var entries: [SafetensorsEntry] = []
    var scanner = JSONScanner(json, origin: Self.prefixLength, file: file)
    try scanner.object { (scanner, name) throws(SafetensorsError) in
      if name == Self.metadataKey {
        try scanner.object { (scanner, key) throws(SafetensorsError) in metadata[key] = try scanner.string() }
        return
      }
      guard entries.count < limits.tensors else {
        throw SafetensorsError(file: file, place: .file, cause: .tooManyTensors(limit: limits.tensors))
      }
      entries.append(try Self.entry(name, &scanner, file: file))
    }
    try scanner.end()
    // Empty tensors share their begin with the next one; the sort keeps the header's order among equals.
    entries.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var end = 0
    for entry in entries {
      guard entry.byteRange.lowerBound == end else {
        throw SafetensorsError(
          file: file, place: .tensor(entry.name),
          cause: .notContiguous(expectedBegin: end, found: entry.byteRange.lowerBound))
      }
      end = entry.byteRange.upperBound
    }
    self.init(metadata: metadata, entries: entries)
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, file: String
  ) throws(SafetensorsError) -> SafetensorsEntry {
    func error(_ cause: SafetensorsError.Cause) -> SafetensorsError {
      SafetensorsError(file: file, place: .tensor(name), cause: cause)
    }
    var dtypeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { (scanner, key) throws(SafetensorsError) in
      switch key {
      case "dtype": dtypeName = try scanner.string()
      case "shape": shape = try scanner.naturals()
      case "data_offsets": offsets = try scanner.naturals()
      default: throw error(.unknownKey(key))
      }
    }
    guard let dtypeName else { throw error(.missingKey("dtype")) }
    guard let shape else { throw error(.missingKey("shape")) }
    guard let offsets else { throw error(.missingKey("data_offsets")) }
    guard let dtype = SafetensorsDType(rawValue: dtypeName) else { throw error(.unknownDType(dtypeName)) }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw error(.malformedHeader(expected: "data_offsets of a begin and an end not below it"))
    }
    guard let expected = dtype.byteCount(of: shape) else { throw error(.sizeOverflow(shape: shape)) }
    let range = offsets[0]..<offsets[1]
    guard range.count == expected else {
      throw error(.sizeMismatch(dtype: dtype, shape: shape, expected: expected, found: range.count))
    }
    return SafetensorsEntry(name: name, dtype: dtype, shape: shape, byteRange: range)
  }
}
