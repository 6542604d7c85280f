import Foundation

@testable import TesseraWeights

/// The bytes of a safetensors file with this header, spelled as given, and this many zero bytes of data.
func fileBytes(_ json: String, dataCount: Int = 0) -> [UInt8] {
  fileBytes(Array(json.utf8), dataCount: dataCount)
}

func fileBytes(_ json: [UInt8], dataCount: Int = 0) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: json.count >> ($0 * 8)) } + json + [UInt8](repeating: 0, count: dataCount)
}

/// What is wrong with these bytes, nil where nothing is.
func failure(_ bytes: [UInt8], limits: SafetensorsLimits = SafetensorsLimits()) -> SafetensorsError? {
  do {
    _ = try SafetensorsFile(bytes: bytes, name: "t", limits: limits)
    return nil
  } catch { return error }
}

func failure(_ json: String, dataCount: Int = 0) -> SafetensorsError? {
  failure(fileBytes(json, dataCount: dataCount))
}

/// A golden file that `Goldens/make_goldens.py` wrote.
func goldenPath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens/\(name)").path()
}

func contents(_ path: String) throws -> [UInt8] {
  try Array(Data(contentsOf: URL(filePath: path)))
}

/// Makes a directory, lends its path and removes it.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "tessera-weights-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path())
}

func names(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}
