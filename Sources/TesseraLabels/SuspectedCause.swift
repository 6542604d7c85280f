/// What probably went wrong where a label map breaks a rule.
///
/// A guess from the ids alone, worth a look before anything else.
public enum SuspectedCause: Hashable, Sendable {
  /// The ids are 0 and 255: a binary mask saved for viewing.
  case binaryMask
  /// Every id is one too high: the ids start at 1.
  case shiftedByOne
  /// Id 0 is void and the classes start at 1, as in ADE20K.
  case zeroIsVoid
  /// The only unknown id is the customary void id, which the label set does not name.
  case undeclaredVoid(Int)
  /// Ids were blended: an interpolated resize or rotation, an anti-aliased brush, or lossy compression.
  case interpolation
  /// The ids 0 to 33 of Cityscapes' `labelIds` files, where a set of trainable classes was meant.
  case cityscapesLabelIDs
  /// Colours instead of ids: the picture has this many channels.
  case colorCoded(channels: Int)
  /// The ids are evenly spread grey levels: indices stretched so that people can see them.
  case greyLevels([Int])
  /// Every id is a multiple of this factor, 257 or 256: one byte was stretched to two.
  case stretchedToTwoBytes(factor: Int)
  /// The ids are class · 1000 + instance, as in Cityscapes' `instanceIds` files.
  case instanceIDs
  /// The map was exported at another size than its image.
  case otherExport

  /// A stable name for tables and JSON, such as "shifted-by-one".
  public var name: String {
    switch self {
    case .binaryMask: "binary-mask"
    case .shiftedByOne: "shifted-by-one"
    case .zeroIsVoid: "zero-is-void"
    case .undeclaredVoid: "undeclared-void"
    case .interpolation: "interpolation"
    case .cityscapesLabelIDs: "cityscapes-label-ids"
    case .colorCoded: "colour-coded"
    case .greyLevels: "grey-levels"
    case .stretchedToTwoBytes: "stretched-to-two-bytes"
    case .instanceIDs: "instance-ids"
    case .otherExport: "other-export"
    }
  }

  /// The suspicion in one sentence.
  public var sentence: String {
    switch self {
    case .binaryMask: "This looks like a binary mask saved as 0 and 255."
    case .shiftedByOne: "Every id seems to be one too high: the ids start at 1."
    case .zeroIsVoid: "Id 0 seems to be void and the classes seem to start at 1."
    case .undeclaredVoid(let id): "Id \(id) customarily means void, but the label set does not name it."
    case .interpolation: "The ids seem to be blended: an interpolated resize, an anti-aliased brush or JPEG."
    case .cityscapesLabelIDs: "These look like the ids 0 to 33 of Cityscapes' labelIds files."
    case .colorCoded(let channels): "\(channels) channels hold colours, not ids."
    case .greyLevels(let ids): "The ids \(ids.commaSeparated) look like grey levels stretched for viewing."
    case .stretchedToTwoBytes(let factor):
      "Every id is a multiple of \(factor), as if one byte had been stretched to two."
    case .instanceIDs: "The ids look like class · 1000 + instance."
    case .otherExport: "The label map and the image seem to come from different exports."
    }
  }

  /// What to do about it, in one sentence.
  public var remedy: String {
    switch self {
    case .binaryMask: "Map id 255 to class 1 in the label set (label_map: {0: 0, 255: 1})."
    case .shiftedByOne:
      "Subtract 1 from every id, or let the label set's ids start at 1 (reduce_zero_label)."
    case .zeroIsVoid:
      "Let the label set read 0 as void and n as class n − 1 (reduce_zero_label), or name the highest id if it is void."
    case .undeclaredVoid(let id): "Add \(id) to the void ids of the label set."
    case .interpolation: "Export the map again as PNG with nearest-neighbour resizing and a hard brush."
    case .cityscapesLabelIDs: "Read them with the label set for Cityscapes labelIds, or use the labelTrainIds files."
    case .colorCoded: "Give the colour of each class (colors), so that the map can be read as ids."
    case .greyLevels(let ids):
      "Map the grey levels to classes in the label set "
        + "(label_map: {\(ids.enumerated().map { "\($1): \($0)" }.joined(separator: ", "))})."
    case .stretchedToTwoBytes(let factor): "Divide every id by \(factor), or export the map with 8 bits."
    case .instanceIDs: "Divide every id by 1000, or use the semantic label maps."
    case .otherExport: "Export both again at the same size; a label map must never be resized silently."
    }
  }
}

extension SuspectedCause: CustomStringConvertible {
  /// The suspicion and the remedy.
  public var description: String { sentence + " " + remedy }
}

extension [Int] {
  /// The numbers in words, cut after eight.
  fileprivate var commaSeparated: String {
    prefix(8).map(String.init).joined(separator: ", ") + (count > 8 ? ", …" : "")
  }
}
