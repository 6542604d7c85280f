internal import NIOCore
public import TesseraLabels

/// A model as INFO tells it.
///
///     str8 name    u32 generation    32 B weights SHA-256    u16 classes    u16 inputs    u16 outputs
///     u32 min side    u32 side multiple    u64 max pixels
///     where one model was named, per class: str8 name    u8 r, g, b
public struct ModelSummary: Hashable, Sendable {
  /// What requests call it.
  public let name: String
  /// Counts the loads of this name.
  public let generation: UInt32
  /// SHA-256 of the weights.
  public let weightsDigest: ContentDigest
  /// Number of classes, 1…4,096.
  public let classCount: UInt16
  /// Bits of the encodings it takes, 1 << (``InputKind`` − 1).
  public let inputs: UInt16
  /// The outputs it gives.
  public let outputs: OutputSet
  /// Least side of an image, in pixels.
  public let minimumSide: UInt32
  /// What both sides must be multiples of.
  public let sideMultiple: UInt32
  /// Most pixels of an image; the server's ``ProtocolLimits/maxPixels`` holds as well.
  public let maximumPixels: UInt64
  /// Names and colours; empty in a list of models.
  public let classes: [LabelClass]

  /// Summarises a model, with its classes or without.
  package init(_ model: ModelDescription, namesClasses: Bool) {
    name = model.name
    generation = model.generation
    weightsDigest = model.weightsDigest
    classCount = UInt16(clamping: model.classes.count)
    inputs = model.inputs.reduce(0) { $0 | 1 << (UInt16($1.rawValue) - 1) }
    outputs = model.outputs
    minimumSide = model.minimumSide
    sideMultiple = model.sideMultiple
    maximumPixels = model.maximumPixels
    classes = namesClasses ? model.classes : []
  }

  init(reading reader: inout WireReader, namesClasses: Bool) throws(WireError) {
    name = try reader.string("model name")
    guard ModelDescription.isName(name) else { throw reader.violation("model name", "is not 1–64 of a–z, 0–9, _, -") }
    generation = try reader.integer("generation")
    weightsDigest = try reader.digest("weights digest")
    classCount = try reader.integer("classes")
    guard (1...ModelDescription.mostClasses).contains(Int(classCount)) else {
      throw reader.violation("classes", "is \(classCount), outside 1…\(ModelDescription.mostClasses)")
    }
    inputs = try reader.integer("inputs")
    outputs = OutputSet(rawValue: try reader.integer("outputs"))
    minimumSide = try reader.integer("min side")
    sideMultiple = try reader.integer("side multiple")
    maximumPixels = try reader.integer("max pixels")
    var classes: [LabelClass] = []
    if namesClasses {
      for _ in 0..<classCount {
        let name = try reader.string("class name")
        let color = Color(
          red: try reader.integer("red"), green: try reader.integer("green"), blue: try reader.integer("blue"))
        classes.append(LabelClass(name: name, color: color))
      }
    }
    self.classes = classes
  }

  func encode(into payload: inout ByteBuffer) {
    payload.writeWire(name)
    payload.writeWire(generation)
    payload.writeWire(weightsDigest)
    payload.writeWire(classCount)
    payload.writeWire(inputs)
    payload.writeWire(outputs.rawValue)
    payload.writeWire(minimumSide)
    payload.writeWire(sideMultiple)
    payload.writeWire(maximumPixels)
    for item in classes {
      // 4,096 classes then stay under INFO's 1 MiB.
      payload.writeWire(item.name, limit: 240)
      payload.writeWire(item.color.red)
      payload.writeWire(item.color.green)
      payload.writeWire(item.color.blue)
    }
  }
}
