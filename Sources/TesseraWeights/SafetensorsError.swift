public import TesseraFiles

/// Why a file is not read, or not written, as safetensors: which file, where in it, the cause and the remedy.
public struct SafetensorsError: Error, Hashable, Sendable {
  /// Where in the file the cause lies.
  public enum Place: Hashable, Sendable {
    /// The file as a whole.
    case file
    /// The header at this byte of the file.
    case header(byte: Int)
    /// The tensor of this name.
    case tensor(String)
  }

  /// What is wrong.
  public enum Cause: Hashable, Sendable {
    /// The system refused to open, read or write, or the path leads to no regular file.
    case system(FileError)
    /// The file is larger than the limit.
    case fileTooLong(bytes: Int, limit: Int)
    /// The file is too short to say how long its header is.
    case tooShort(bytes: Int)
    /// The file is of another format.
    case foreign(ForeignFormat)
    /// The header is said to be longer than the limit.
    case headerTooLong(bytes: UInt64, limit: Int)
    /// The file has another length than its header says, in bytes.
    case wrongLength(expected: Int, found: Int)
    /// The header is no JSON of the shape that the format prescribes.
    case malformedHeader(expected: String)
    /// Two members of one object have this name.
    case duplicateKey(String)
    /// A tensor's description has a member that the format does not know.
    case unknownKey(String)
    /// A tensor's description lacks this member.
    case missingKey(String)
    /// There are more tensors than the limit.
    case tooManyTensors(limit: Int)
    /// The element type is not one that this reader knows.
    case unknownDType(String)
    /// The size of the tensor does not fit an integer.
    case sizeOverflow(shape: [Int])
    /// The tensor's range has another length than its shape needs, in bytes.
    case sizeMismatch(dtype: SafetensorsDType, shape: [Int], expected: Int, found: Int)
    /// The tensor does not begin where the one before it ends: a hole or an overlap.
    case notContiguous(expectedBegin: Int, found: Int)
    /// No tensor has this name.
    case missingTensor
    /// The tensors are not those that the file was sealed with.
    case brokenSeal
    /// The tensor holds no floats that convert to `Float`.
    case notFloats(SafetensorsDType)
  }

  /// The file's path, or what stands for it.
  public let file: String
  /// Where in the file the cause lies.
  public let place: Place
  /// What is wrong.
  public let cause: Cause

  init(file: String, place: Place, cause: Cause) {
    self.file = file
    self.place = place
    self.cause = cause
  }

  init(_ error: FileError) {
    self.init(file: error.path, place: .file, cause: .system(error))
  }
}
