"""What stands before a change window: is a plan right, is it an improvement, and in which order is it carried out."""
