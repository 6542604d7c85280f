import Foundation
import TesseraLabels
import TesseraModels
public import TesseraNN
public import TesseraTensor

/// Why a weights file is no model.
public enum ModelError: Error, Sendable, CustomStringConvertible {
  /// The file cannot be read as safetensors.
  case file(SafetensorsError)
  /// The file has no metadata of this key, or it cannot be read.
  case metadata(file: String, key: String, problem: String)
  /// The tensors are not those of the architecture that the metadata names.
  case weights(file: String, WeightsError)

  /// One line: file, place, cause and remedy.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .metadata(let file, let key, let problem):
      "\(file): metadata \(key) \(problem); give a file that tessera train wrote"
    case .weights(let file, let error): "\(file): \(error)"
    }
  }
}

extension Model {
  /// Keys of the metadata.
  private enum Key {
    static let architecture = "tessera.architecture"
    static let classes = "tessera.classes"
    static let normalization = "tessera.normalization"
    static let provenance = "tessera.provenance"
  }

  private struct StoredClass: Codable {
    let name: String
    let color: [UInt8]
  }

  /// Reads a file that ``write(to:)`` wrote.
  ///
  /// - Throws: ``ModelError`` with the file, the place, the cause and the remedy.
  public static func read(_ path: String) throws(ModelError) -> Model {
    let file: SafetensorsFile
    do { file = try SafetensorsFile(path: path) } catch { throw .file(error) }
    return try Model(file)
  }

  /// Takes a file's contents.
  ///
  /// - Throws: ``ModelError`` with the file, the place, the cause and the remedy.
  public init(_ file: SafetensorsFile) throws(ModelError) {
    let architecture: Architecture = try Self.decoded(file, Key.architecture)
    let stored: [StoredClass] = try Self.decoded(file, Key.classes)
    let normalization: PixelNormalization = try Self.decoded(file, Key.normalization)
    let provenance: [String: String] = try Self.decoded(file, Key.provenance)
    guard (1...LabelMap.maximumClassCount).contains(stored.count), stored.allSatisfy({ $0.color.count == 3 }) else {
      throw .metadata(file: file.path, key: Key.classes, problem: "is no list of classes with colours")
    }
    let classes = stored.map {
      LabelClass(name: $0.name, color: Color(red: $0.color[0], green: $0.color[1], blue: $0.color[2]))
    }
    do {
      let tensors = try file.tensors()
      try self.init(
        architecture, classes: classes, normalization: normalization, source: .stored(tensors), provenance: provenance)
      // A changed bit in a number would be a wrong map that nothing else notices.
      try file.verifySeal()
    } catch let error as WeightsError {
      throw .weights(file: file.path, error)
    } catch let error as SafetensorsError {
      throw .file(error)
    } catch {
      throw .metadata(file: file.path, key: "tensors", problem: "\(error)")
    }
  }

  /// Writes the model so that after a crash at any instant the old file or the new one is there, whole.
  ///
  /// - Throws: ``SafetensorsError`` where the system refuses.
  public func write(durablyTo path: String) throws(SafetensorsError) {
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, tensor) in values.weights {
      writer.add(name, shape: tensor.shape.dimensions, floats: tensor.elements)
    }
    writer.seal()
    try writer.write(durablyTo: path)
  }

  private var metadata: [String: String] {
    let stored = classes.map { StoredClass(name: $0.name, color: [$0.color.red, $0.color.green, $0.color.blue]) }
    return [
      "format": "pt",
      Key.architecture: Self.encoded(architecture),
      Key.classes: Self.encoded(stored),
      Key.normalization: Self.encoded(normalization),
      Key.provenance: Self.encoded(provenance),
    ]
  }

  private static func encoded(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      preconditionFailure("Model: metadata of type \(type(of: value)) cannot be written as JSON")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func decoded<Value: Decodable>(_ file: SafetensorsFile, _ key: String) throws(ModelError) -> Value {
    guard let text = file.metadata[key] else {
      throw .metadata(file: file.path, key: key, problem: "is missing")
    }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch let error as ArchitectureError {
      throw .metadata(file: file.path, key: key, problem: error.description)
    } catch {
      throw .metadata(file: file.path, key: key, problem: "cannot be read (\(text.prefix(60)))")
    }
  }
}

extension SafetensorsFile {
  /// Every tensor of floats by name, but one that is none.
  ///
  /// PyTorch's counts of batches, `….num_batches_tracked`, are passed over: nothing is computed from them.
  ///
  /// - Throws: ``SafetensorsError`` where the elements of another are no floats.
  public func tensors(except other: String? = nil) throws(SafetensorsError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for entry in entries where entry.name != other && !entry.countsBatches {
      result[entry.name] = Tensor(Shape(entry.shape), try floats(entry.name))
    }
    return result
  }
}

extension SafetensorsEntry {
  /// Whether it is the number of batches that one of PyTorch's normalisations has seen.
  fileprivate var countsBatches: Bool { dtype == .i64 && shape.isEmpty && name.hasSuffix(".num_batches_tracked") }
}
