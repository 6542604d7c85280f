import TesseraFiles

extension SafetensorsError: CustomStringConvertible {
  /// One line for people: file, place, cause and remedy.
  public var description: String {
    if case .system(let error) = cause { return error.description }
    return "\(file): \(placeText)\(causeText); \(remedy)"
  }

  private var placeText: String {
    switch place {
    case .file: ""
    case .header(let byte): "header, byte \(byte): "
    case .tensor(let name): "tensor \(Self.quoted(name)): "
    }
  }

  private var causeText: String {
    switch cause {
    case .system(let error): error.description
    case .fileTooLong(let bytes, let limit): "\(bytes) bytes long, the limit is \(limit)"
    case .tooShort(let bytes): "\(bytes) bytes long, a safetensors file has at least 10"
    case .foreign(let format): "looks like \(format.name)"
    case .headerTooLong(let bytes, let limit): "claims a header of \(bytes) bytes, the limit is \(limit)"
    case .wrongLength(let expected, let found):
      found < expected
        ? "truncated: \(found) bytes of \(expected)" : "\(found - expected) bytes follow the last tensor"
    case .malformedHeader(let expected): "expected \(expected)"
    case .duplicateKey(let key): "the name \(Self.quoted(key)) stands twice"
    case .unknownKey(let key): "unknown member \(Self.quoted(key))"
    case .missingKey(let key): "no member \(Self.quoted(key))"
    case .tooManyTensors(let limit): "more than \(limit) tensors"
    case .unknownDType(let name): "unknown element type \(Self.quoted(name))"
    case .sizeOverflow(let shape): "the size of shape \(shape) does not fit an integer"
    case .sizeMismatch(let dtype, let shape, let expected, let found):
      "\(dtype.rawValue) \(shape) takes \(expected) bytes, its range has \(found)"
    case .notContiguous(let expected, let found):
      "begins at data byte \(found), the tensor before it ends at \(expected)"
    case .missingTensor: "not in the file"
    case .brokenSeal: "its numbers are not those that were written"
    case .notFloats(let dtype): "holds \(dtype.rawValue), not floats"
    }
  }

  /// What to do about it.
  public var remedy: String {
    switch cause {
    case .system(let error): error.remedy
    case .fileTooLong, .tooManyTensors: "check that this is the intended file"
    case .headerTooLong: "check that this is a safetensors file; its header may hold no large metadata"
    case .foreign(let format): format.remedy
    case .tooShort, .wrongLength: "copy or download the file again"
    case .malformedHeader, .duplicateKey, .unknownKey, .missingKey, .sizeOverflow, .sizeMismatch, .notContiguous:
      "the file is damaged or its writer is wrong: write it again with a current safetensors library"
    case .unknownDType:
      "convert the tensor to one of \(SafetensorsDType.allCases.map(\.rawValue).joined(separator: " "))"
    case .missingTensor: "check that the file belongs to this architecture"
    case .brokenSeal: "the file is damaged: use another copy"
    case .notFloats: "convert the tensor to F32, or read its bytes"
    }
  }

  /// A name from outside in quotes, on one line and of bounded length.
  private static func quoted(_ name: String) -> String {
    name.count <= 120 ? name.debugDescription : String(name.prefix(120)).debugDescription + "…"
  }
}
