import Foundation
import TesseraNN
import TesseraTensor
import TesseraWeights

/// What torchvision's network gives, from the file that `make_golden_lraspp.py` wrote.
struct GoldenLRASPP {
  /// The names and shapes of the state dictionary, without the counts of batches.
  let names: [(name: String, shape: Shape)]
  private let file: SafetensorsFile

  init() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    file = try SafetensorsFile(path: folder.appending(path: "Goldens/golden_lraspp.safetensors").path)
    names = String(decoding: try file.bytes(of: "names"), as: UTF8.self).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, !parts[0].hasSuffix("num_batches_tracked") else { return nil }
      return (String(parts[0]), Shape(parts[1].split(separator: "x").compactMap { Int($0) }))
    }
  }

  subscript(_ name: String) -> Tensor {
    get throws { Tensor(Shape(try file.entry(name).shape), try file.floats(name)) }
  }

  /// The weights that the script gives the network.
  static func weights(_ claims: [(name: String, shape: Shape)]) -> [String: Tensor] {
    let tensors = claims.map { name, shape in
      guard shape.rank == 1 else {
        return (name, uniform(name, shape, bound: (4 / Float(shape.count / shape[0])).squareRoot()))
      }
      let isPositive = name.hasSuffix("running_var") || name.hasSuffix("weight")
      return (name, uniform(name, shape, centre: isPositive ? 1 : 0, bound: 0.5))
    }
    return Dictionary(uniqueKeysWithValues: tensors)
  }

  /// The script's formula: numbers that follow from a name.
  static func uniform(_ name: String, _ shape: Shape, centre: Float = 0, bound: Float = 1) -> Tensor {
    var state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return TesseraModelsTests.uniform(shape, centre: centre, bound: bound, &state)
  }

  /// Norm, and dot product with numbers that follow from the name.
  static func summary(_ name: String, _ tensor: Tensor) -> (norm: Double, dot: Double) {
    let probe = uniform("probe.\(name)", tensor.shape)
    return (tensor.sumOfSquares().squareRoot(), tensor.multiplied(by: probe).total())
  }
}
