public import TesseraLabels

/// What clients may know of a model.
public struct ModelDescription: Hashable, Sendable {
  /// What requests call it: 1–64 of `a`–`z`, `0`–`9`, `_`, `-`; looked up in a table, never a path.
  public let name: String
  /// Counts the loads of this name, from 1.
  public let generation: UInt32
  /// SHA-256 of the weights.
  public let weightsDigest: ContentDigest
  /// Names and colours, in the order of their indices; 1–4,096.
  public let classes: [LabelClass]
  /// The encodings it takes.
  public let inputs: Set<InputKind>
  /// The outputs it gives.
  public let outputs: OutputSet
  /// Most pixels of an image.
  public let maximumPixels: UInt64
  /// Least side of an image, in pixels.
  public let minimumSide: UInt32
  /// What both sides must be multiples of; 1 for any.
  public let sideMultiple: UInt32

  /// Most classes that the protocol tells apart.
  public static let mostClasses = 4096

  /// Describes a model.
  ///
  /// - Precondition: `name` is of the form above; `classes` has 1…4,096 entries; `generation` and `sideMultiple`
  ///   are at least 1; a palette PNG is offered for up to 256 classes only.
  public init(
    name: String, generation: UInt32, weightsDigest: ContentDigest, classes: [LabelClass],
    inputs: Set<InputKind> = [.rgb8, .png], outputs: OutputSet = .all, maximumPixels: UInt64 = 1 << 24,
    minimumSide: UInt32 = 1, sideMultiple: UInt32 = 1
  ) {
    precondition(Self.isName(name), "ModelDescription: \(name) is not 1–64 of a–z, 0–9, _ and -")
    precondition((1...Self.mostClasses).contains(classes.count), "ModelDescription: \(classes.count) classes")
    precondition(generation > 0 && sideMultiple > 0, "ModelDescription: generation and side multiple start at 1")
    precondition(
      classes.count <= 256 || !outputs.contains(.palettePNG), "ModelDescription: a palette holds 256 classes")
    self.name = name
    self.generation = generation
    self.weightsDigest = weightsDigest
    self.classes = classes
    self.inputs = inputs
    self.outputs = outputs
    self.maximumPixels = maximumPixels
    self.minimumSide = minimumSide
    self.sideMultiple = sideMultiple
  }

  /// Whether a string may name a model.
  public static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
